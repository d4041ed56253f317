'use client';
// The places of the console; a column at a desk, a row on a phone.
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Activity, Bell, Rocket, ScrollText, Server, Settings, Waypoints } from 'lucide-react';
import { UnattendedAlerts } from '@/components/alerts/unattended-alerts';
import { cn } from '@/components/ui/class-names';

export const places = [
  { href: '/topologies', title: 'Topologies', Icon: Waypoints },
  { href: '/live', title: 'Live', Icon: Activity },
  { href: '/alerts', title: 'Alerts', Icon: Bell },
  { href: '/deploys', title: 'Deploys', Icon: Rocket },
  { href: '/directors', title: 'Directors', Icon: Server },
  { href: '/audit', title: 'Audit', Icon: ScrollText },
  { href: '/settings', title: 'Settings', Icon: Settings },
] as const;

export function Navigation() {
  const pathname = usePathname();
  return (
    <nav
      aria-label="Main"
      className="flex shrink-0 gap-0.5 overflow-x-auto border-b bg-shell px-2 py-1 md:w-40 md:flex-col md:border-r md:border-b-0 md:p-2"
    >
      {places.map(({ href, title, Icon }) => {
        const isHere = pathname === href || pathname.startsWith(`${href}/`);
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? 'page' : undefined}
            className={cn(
              'flex shrink-0 items-center gap-2 rounded px-2 py-1.5 hover:bg-muted',
              isHere ? 'bg-accent-soft font-medium text-foreground' : 'text-muted-foreground',
            )}
          >
            <Icon aria-hidden className="size-4 shrink-0" />
            {title}
            {href === '/alerts' && <UnattendedAlerts />}
          </Link>
        );
      })}
    </nav>
  );
}
