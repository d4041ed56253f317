// A boxed message that stays: what, where, why, the next step, and the tool's own text to open.
import type { ReactNode } from 'react';
import { CircleAlert, CircleCheck, Info, TriangleAlert } from 'lucide-react';
import { cn } from './class-names';

type NoticeTone = 'info' | 'up' | 'warn' | 'down';
const looks = {
  info: { className: 'border-border bg-muted', Icon: Info, role: 'status' },
  up: { className: 'border-up/40 bg-up-soft', Icon: CircleCheck, role: 'status' },
  warn: { className: 'border-warn/40 bg-warn-soft', Icon: TriangleAlert, role: 'status' },
  down: { className: 'border-down/50 bg-down-soft', Icon: CircleAlert, role: 'alert' },
} as const;
const ink = { info: 'text-muted-foreground', up: 'text-up', warn: 'text-warn', down: 'text-down' } as const;

type NoticeProps = { tone?: NoticeTone; title: string; children?: ReactNode; actions?: ReactNode; className?: string };

export function Notice({ tone = 'info', title, children, actions, className }: NoticeProps) {
  const { className: look, Icon, role } = looks[tone];
  return (
    <div role={role} className={cn('flex gap-2 rounded border px-3 py-2', look, className)}>
      <Icon aria-hidden className={cn('mt-0.5 size-4 shrink-0', ink[tone])} />
      <div className="min-w-0 flex-1">
        <p className={cn('font-medium', tone === 'info' ? '' : ink[tone])}>{title}</p>
        {children && <div className="mt-0.5 [overflow-wrap:anywhere]">{children}</div>}
        {actions && <div className="mt-2 flex flex-wrap gap-2">{actions}</div>}
      </div>
    </div>
  );
}
