'use client';
// Any number of rows in a box of their own: only those in sight are in the page.
import { memo, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import type { NamedConnection } from '@/lib/core/views/connections';
import { printDuration } from '@/components/ui/time';
import { cn } from '@/components/ui/class-names';

const ROW_PX = 26;
const BEFORE_MEASURING = { width: 800, height: 480 };
const COLUMNS = ['Protocol', 'Client', 'Virtual', 'Real server', 'State', 'Ends in', 'Origin', 'Group and kind'];
/** Of a width that no text changes: rows of any content are laid out without looking at each other. */
const WIDTH = 'min-w-[68rem]';
const GRID =
  'grid grid-cols-[3.5rem_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1fr)_7.5rem_4.5rem_4.5rem_minmax(0,1.2fr)] gap-x-2 px-2';

type ConnectionRowsProps = {
  label: string;
  count: number;
  /** Undefined: on its way. */
  rowAt: (index: number) => NamedConnection | undefined;
  onRange?: (first: number, last: number) => void;
  emptyText: string;
  isStale?: boolean;
};

export function ConnectionRows({ label, count, rowAt, onRange, emptyText, isStale = false }: ConnectionRowsProps) {
  const box = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed to memoized components
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 12,
    initialRect: BEFORE_MEASURING,
    // A frame may show the rows of the frame before; the overscan covers it, and scrolling never waits for React.
    useFlushSync: false,
    onChange: (instance) => {
      const { startIndex, endIndex } = instance.range ?? { startIndex: 0, endIndex: 0 };
      onRange?.(startIndex, endIndex);
    },
  });
  const items = virtual.getVirtualItems();
  const slots = Math.ceil(items.length / 4) * 4;
  if (count === 0) return <p className="text-muted-foreground">{emptyText}</p>;
  return (
    <div
      ref={box}
      tabIndex={0}
      role="table"
      aria-label={label}
      aria-rowcount={count + 1}
      className={cn('max-h-120 overflow-auto rounded border text-sm', isStale && 'text-muted-foreground grayscale')}
    >
      <div role="rowgroup" className={cn('sticky top-0 z-10 border-b bg-background', WIDTH)}>
        <div role="row" aria-rowindex={1} className={cn(GRID, 'py-1 text-xs font-medium')}>
          {COLUMNS.map((column) => (
            <span key={column} role="columnheader" className={column === 'Ends in' ? 'text-right' : ''}>
              {column}
            </span>
          ))}
        </div>
      </div>
      <div role="rowgroup" className={cn('relative', WIDTH)} style={{ height: virtual.getTotalSize() }}>
        {items.map(({ index, start }) => (
          // A row that left gives its elements to one that comes: new text costs less than new elements.
          <Row key={index % slots} index={index} start={start} row={rowAt(index)} />
        ))}
      </div>
    </div>
  );
}

type RowProps = { index: number; start: number; row: NamedConnection | undefined };

/** Kept while the box scrolls: only rows that come into sight are drawn. */
const Row = memo(function Row({ index, start, row }: RowProps) {
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={cn(GRID, 'absolute inset-x-0 h-6.5 items-center border-b whitespace-nowrap [contain:strict]')}
      style={{ transform: `translateY(${start}px)` }}
    >
      <Cells row={row} />
    </div>
  );
});

function Cells({ row }: { row: NamedConnection | undefined }) {
  if (!row)
    return (
      <span role="cell" className="col-span-full text-muted-foreground">
        …
      </span>
    );
  return (
    <>
      <span role="cell">{row.protocol}</span>
      <span role="cell" className="truncate font-mono text-xs" title={row.client}>
        {row.client}
      </span>
      <span role="cell" className="truncate font-mono text-xs" title={row.virtual}>
        {row.kind === 'template' && row.mark !== undefined ? `mark ${row.mark}` : row.virtual}
      </span>
      <span role="cell" className="truncate font-mono text-xs" title={row.realServer}>
        {row.realServer}
      </span>
      <span role="cell" className="text-xs">
        {row.state}
      </span>
      <span role="cell" className="text-right tabular-nums" title={printDuration(row.expiresSeconds * 1000)}>
        {row.expiresSeconds} s
      </span>
      <span role="cell">{row.origin}</span>
      <span role="cell" className="truncate" title={kindText(row)}>
        {kindText(row)}
      </span>
    </>
  );
}

function kindText({ kind, mark, group }: NamedConnection): string {
  const named = group === undefined ? '' : group;
  if (kind === 'connection') return named;
  return `${named} persistence template${mark === undefined ? '' : `, mark ${mark}`}`.trim();
}
