'use client';
// One kind of objects as a list that draws only what is in sight; groups can be moved, because the later one wins.
import { useEffect, useMemo, useRef } from 'react';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { useReorder } from '@/components/ui/use-reorder';
import { appendAt, moveTo } from './document-path';
import { useEditor } from './editor-context';
import { ObjectItem, ROW_PX } from './object-item';
import type { ObjectKind } from './object-kinds';
import { findObjects } from './object-rows';
import { hasErrorsAt } from './problem-index';

export function ObjectColumn({ column, query }: { column: ObjectKind; query: string }) {
  const { list, kind, title, create } = column;
  const { document, isReadOnly, replace, select } = useEditor();
  const objects = document[list];
  const rows = useMemo(() => findObjects(objects, query), [objects, query]);
  const add = () => {
    replace(appendAt(document, [list], create(document)));
    select({ kind, index: objects.length });
  };
  return (
    <div role="group" aria-label={title} className="flex min-w-0 flex-col gap-1">
      <div className="flex h-6.5 items-center justify-between gap-2">
        <span className="text-xs text-muted-foreground">
          {title}{' '}
          <span className="tabular">
            {rows.length === objects.length
              ? objects.length.toLocaleString('en-US')
              : `${rows.length.toLocaleString('en-US')} of ${objects.length.toLocaleString('en-US')}`}
          </span>
        </span>
        {!isReadOnly && (
          <Button size="small" variant="ghost" onClick={add}>
            <Plus /> Add {kind}
          </Button>
        )}
      </div>
      <ObjectRows column={column} rows={rows} isWhole={rows.length === objects.length} />
    </div>
  );
}

type ObjectRowsProps = { column: ObjectKind; rows: ReturnType<typeof findObjects>; isWhole: boolean };

function ObjectRows({ column: { list, kind, title }, rows, isWhole }: ObjectRowsProps) {
  const { document, diagnostics, isReadOnly, selection, replace, select } = useEditor();
  const isMovable = kind === 'group' && isWhole && !isReadOnly && rows.length > 1;
  const selected = selection.kind === kind ? selection.index : undefined;
  const box = useRef<HTMLDivElement>(null);
  const reorder = useReorder({
    box,
    count: rows.length,
    scrollTo: (index) => virtual.scrollToIndex(index),
    onMove: (from, to) => {
      replace(moveTo(document, [list], from, to));
      // The form shows the group that was moved, wherever it was.
      select({ kind, index: to });
    },
  });
  // eslint-disable-next-line react-hooks/incompatible-library -- nothing of it is handed to memoized components
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  });
  const row = selected === undefined ? -1 : rows.findIndex(({ index }) => index === selected);
  useEffect(() => {
    if (row >= 0) virtual.scrollToIndex(row);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- only another selection scrolls; the virtualizer changes with every scroll
  }, [row]);
  return (
    <>
      <div ref={box} role="list" aria-label={title} className="max-h-[9rem] overflow-y-auto lg:max-h-[7.5rem]">
        <div className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index: at, start }) => {
            const item = rows[at];
            if (!item) return null;
            return (
              <ObjectItem
                key={item.index}
                row={item}
                at={at}
                count={rows.length}
                start={start}
                isSelected={item.index === selected}
                hasErrors={hasErrorsAt(diagnostics, [list, item.index])}
                line={reorder.lineAt(at)}
                isDragged={reorder.isDragged(at)}
                handle={isMovable ? reorder.handle(at) : undefined}
                onSelect={() => select({ kind, index: item.index })}
              />
            );
          })}
        </div>
      </div>
      <p role="status" className="sr-only">
        {reorder.said}
      </p>
    </>
  );
}
