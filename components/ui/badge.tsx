// A state in one word: never by colour alone, an icon stands beside it.
import type { ReactNode } from 'react';
import {
  Circle,
  CircleCheck,
  CircleHelp,
  CircleX,
  Clock,
  LoaderCircle,
  TriangleAlert,
  type LucideIcon,
} from 'lucide-react';
import { cn } from './class-names';

export type Tone = 'up' | 'drain' | 'warn' | 'down' | 'unknown' | 'neutral';

const looks: Record<Tone, { className: string; Icon: LucideIcon }> = {
  up: { className: 'bg-up-soft text-up', Icon: CircleCheck },
  drain: { className: 'bg-drain-soft text-drain', Icon: Clock },
  warn: { className: 'bg-warn-soft text-warn', Icon: TriangleAlert },
  down: { className: 'bg-down-soft text-down', Icon: CircleX },
  unknown: { className: 'bg-unknown-soft text-unknown', Icon: CircleHelp },
  neutral: { className: 'bg-unknown-soft text-unknown', Icon: Circle },
};

type BadgeProps = { tone: Tone; icon?: LucideIcon; isBusy?: boolean; title?: string | undefined; children: ReactNode };

export function Badge({ tone, icon, isBusy = false, title, children }: BadgeProps) {
  const { className, Icon } = looks[tone];
  const Sign = isBusy ? LoaderCircle : (icon ?? Icon);
  return (
    <span
      title={title}
      className={cn(
        'inline-flex items-center gap-1 rounded px-1.5 py-px text-xs font-medium whitespace-nowrap',
        className,
      )}
    >
      <Sign aria-hidden className={cn('size-3 shrink-0', isBusy && 'animate-spin')} />
      {children}
    </span>
  );
}
