'use client';
// Literal text of any length with signs of what changed; draws only the lines in sight.
import { useEffect, useMemo, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { cn } from './class-names';

/** `gap`: lines that are left out here. */
export type CodeRow = { sign: 'same' | 'added' | 'removed' | 'gap'; text: string; number?: number };

type CodeViewProps = {
  rows: readonly CodeRow[];
  label: string;
  className?: string;
  /** Brought into sight when `scrollKey` changes. */
  scrollTo?: number | undefined;
  scrollKey?: string;
};

const LINE_PX = 18;
const looks = {
  same: { mark: ' ', className: '' },
  added: { mark: '+', className: 'bg-up-soft text-up' },
  removed: { mark: '-', className: 'bg-down-soft text-down' },
  gap: { mark: ' ', className: 'text-muted-foreground' },
} as const;

export function CodeView({ rows, label, className, scrollTo, scrollKey }: CodeViewProps) {
  const box = useRef<HTMLDivElement>(null);
  const width = useMemo(() => rows.reduce((most, { text }) => Math.max(most, text.length), 0), [rows]);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed to memoized components
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
  });
  useEffect(() => {
    if (scrollTo !== undefined) virtual.scrollToIndex(scrollTo, { align: 'center' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the virtualizer changes with every scroll
  }, [scrollTo, scrollKey]);
  return (
    <div
      ref={box}
      tabIndex={0}
      role="region"
      aria-label={label}
      className={cn('overflow-auto rounded border bg-shell py-1 font-mono text-xs', className)}
    >
      <div className="relative min-w-full" style={{ height: virtual.getTotalSize(), width: `calc(${width}ch + 6rem)` }}>
        {virtual.getVirtualItems().map(({ index, start }) => {
          const row = rows[index];
          if (!row) return null;
          const { mark, className: look } = looks[row.sign];
          return (
            <div
              key={index}
              className={cn('absolute inset-x-0 top-0 flex', look)}
              style={{ height: LINE_PX, lineHeight: `${LINE_PX}px`, transform: `translateY(${start}px)` }}
            >
              <span aria-hidden className="w-12 shrink-0 pr-2 text-right text-muted-foreground select-none">
                {row.number}
              </span>
              <span aria-label={row.sign === 'same' ? undefined : row.sign} className="w-4 shrink-0 select-none">
                {mark}
              </span>
              <span className="whitespace-pre">{row.text}</span>
            </div>
          );
        })}
      </div>
    </div>
  );
}
