// An empty page says what the thing is for and offers the first step.
import type { ReactNode } from 'react';

export function EmptyState({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-2 rounded border border-dashed px-5 py-6">
      <h2 className="text-[15px] font-semibold">{title}</h2>
      {children && <div className="max-w-prose text-muted-foreground">{children}</div>}
      {actions && <div className="mt-1 flex flex-wrap gap-2">{actions}</div>}
    </div>
  );
}
