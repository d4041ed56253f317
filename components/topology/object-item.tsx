'use client';
// One row of the object list: handle, name, what it is in a few words, and whether something is wrong with it.
import type { ComponentProps } from 'react';
import { CircleAlert, GripVertical } from 'lucide-react';
import { cn } from '@/components/ui/class-names';
import type { ObjectRow } from './object-rows';

export const ROW_PX = 24;

type ObjectItemProps = {
  row: ObjectRow;
  at: number;
  count: number;
  /** Pixels from the top of the list. */
  start: number;
  isSelected: boolean;
  hasErrors: boolean;
  /** Where the dragged row would go: a line at this edge. */
  line: 'before' | 'after' | undefined;
  isDragged: boolean;
  handle: ComponentProps<'button'> | undefined;
  onSelect: () => void;
};

export function ObjectItem(props: ObjectItemProps) {
  const { row, at, count, start, isSelected, hasErrors, line, isDragged, handle, onSelect } = props;
  const name = row.name || '(no name)';
  return (
    <div
      role="listitem"
      aria-posinset={at + 1}
      aria-setsize={count}
      data-reorder={at}
      style={{ height: ROW_PX, transform: `translateY(${start}px)` }}
      className={cn(
        'absolute inset-x-0 top-0 flex items-center rounded',
        isSelected ? 'bg-accent-soft' : 'hover:bg-muted',
        isDragged && 'opacity-50',
        line === 'before' && 'shadow-[inset_0_2px_0_var(--primary)]',
        line === 'after' && 'shadow-[inset_0_-2px_0_var(--primary)]',
      )}
    >
      {handle && (
        <button
          type="button"
          aria-label={`Move ${name}`}
          title="Drag, or use the arrow keys: of two groups the later one wins"
          className="flex h-full w-5 shrink-0 cursor-grab items-center justify-center rounded text-muted-foreground active:cursor-grabbing"
          {...handle}
        >
          <GripVertical aria-hidden className="size-3" />
        </button>
      )}
      <button
        type="button"
        aria-label={name}
        aria-pressed={isSelected}
        title={`${name}: ${row.summary}`}
        onClick={onSelect}
        className={cn(
          'flex h-full min-w-0 flex-1 items-center justify-between gap-2 rounded px-1.5 text-left text-xs focus-visible:-outline-offset-2',
          isSelected && 'font-medium',
        )}
      >
        <span className={cn('truncate', hasErrors && 'text-down')}>{name}</span>
        <span className="max-w-[60%] shrink-0 truncate font-mono text-[11px] font-normal text-muted-foreground">
          {row.summary}
        </span>
      </button>
      {hasErrors && (
        <CircleAlert role="img" aria-label={`${name} has errors`} className="mr-1 size-3 shrink-0 text-down" />
      )}
    </div>
  );
}
