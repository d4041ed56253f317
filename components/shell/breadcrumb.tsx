'use client';
// Where am I: the path in words, with the topology's name instead of its id.
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { useDeployQuery } from '@/components/data/deploy-queries';
import { useDirectors } from '@/components/data/director-queries';
import { useTopologies } from '@/components/data/topology-queries';
import { places } from './navigation';

function useCrumbs(): { href: string; title: string }[] {
  const [place = '', id, rest] = usePathname().split('/').filter(Boolean);
  const topologies = useTopologies().data;
  const directors = useDirectors().data;
  const deploy = useDeployQuery(place === 'deploys' ? (id ?? '') : '').data;
  const title = places.find(({ href }) => href === `/${place}`)?.title ?? place;
  const names: Record<string, string | undefined> = {
    topologies: topologies?.find((each) => each.id === id)?.name,
    live: topologies?.find((each) => each.id === id)?.name,
    directors: directors?.find((each) => each.id === id)?.name,
    deploys: deploy && `deploy ${deploy.number} on ${deploy.topologyName}`,
  };
  const crumbs = [{ href: `/${place}`, title }];
  if (id) crumbs.push({ href: `/${place}/${id}`, title: names[place] ?? id.slice(0, 8) });
  if (rest) crumbs.push({ href: `/${place}/${id}/${rest}`, title: rest === 'deploy' ? 'Deploy' : rest });
  return crumbs;
}

export function Breadcrumb() {
  const crumbs = useCrumbs();
  return (
    <nav aria-label="Breadcrumb" className="min-w-0 flex-1">
      <ol className="flex items-center gap-1.5 overflow-hidden">
        {crumbs.map(({ href, title }, index) => (
          <li key={href} className="flex min-w-0 items-center gap-1.5">
            {index > 0 && <span className="text-muted-foreground">/</span>}
            <Link
              href={href}
              aria-current={index === crumbs.length - 1 ? 'page' : undefined}
              className="truncate text-muted-foreground hover:text-foreground aria-[current]:text-foreground"
            >
              {title}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  );
}
