// The frame of a page: title, sentence, actions, content.
import type { ReactNode } from 'react';
import { cn } from './class-names';

type PageProps = { title: string; lead?: ReactNode; actions?: ReactNode; className?: string; children: ReactNode };

export function Page({ title, lead, actions, className, children }: PageProps) {
  return (
    <div className={cn('flex flex-col gap-4 p-3 sm:p-4', className)}>
      <div className="flex flex-wrap items-start justify-between gap-2">
        <div className="min-w-0">
          <h1 className="text-lg leading-6 font-semibold [overflow-wrap:anywhere]">{title}</h1>
          {lead && <div className="text-muted-foreground">{lead}</div>}
        </div>
        {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
      </div>
      {children}
    </div>
  );
}

export function Panel({
  title,
  actions,
  className,
  children,
}: {
  title: string;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}) {
  return (
    <section aria-label={title} className={cn('flex min-w-0 flex-col gap-3 rounded border bg-card p-3', className)}>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h2 className="font-semibold">{title}</h2>
        {actions}
      </div>
      {children}
    </section>
  );
}

export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="grid grid-cols-[max-content_minmax(0,1fr)] gap-x-4 gap-y-1">
      {rows.map(([label, value]) => (
        <div key={label} className="contents">
          <dt className="text-muted-foreground">{label}</dt>
          <dd className="[overflow-wrap:anywhere]">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
