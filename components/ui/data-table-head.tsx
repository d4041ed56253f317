'use client';
// The header row of a data table; a click sorts.
import type { ReactTable } from '@tanstack/react-table';
import { ArrowDown, ArrowUp } from 'lucide-react';
import { cn } from './class-names';
import type { DataColumn, DataTableFeatures } from './data-table-column';

type HeadProps<Row extends object> = {
  table: ReactTable<DataTableFeatures, Row>;
  columns: readonly DataColumn<Row>[];
  hasActions: boolean;
};

const ariaSort = { asc: 'ascending', desc: 'descending' } as const;

export function DataTableHead<Row extends object>({ table, columns, hasActions }: HeadProps<Row>) {
  const first = table.getRowModel().rows[0]?.original;
  return (
    <thead className="bg-muted/70 text-xs text-muted-foreground">
      <tr>
        {table.getVisibleLeafColumns().map((column) => {
          const definition = columns.find(({ id }) => id === column.id);
          const sorted = column.getIsSorted();
          const isNumeric = first !== undefined && typeof definition?.value(first) === 'number';
          return (
            <th key={column.id} scope="col" aria-sort={sorted ? ariaSort[sorted] : 'none'} className="p-0 font-medium">
              <button
                type="button"
                onClick={() => column.toggleSorting()}
                className={cn(
                  'flex w-full items-center gap-1 px-2 py-1.5 whitespace-nowrap hover:text-foreground focus-visible:-outline-offset-2',
                  isNumeric && 'justify-end',
                )}
              >
                {definition?.header}
                {sorted === 'asc' && <ArrowUp aria-hidden className="size-3" />}
                {sorted === 'desc' && <ArrowDown aria-hidden className="size-3" />}
              </button>
            </th>
          );
        })}
        {hasActions && (
          <th scope="col" className="w-px px-2">
            <span className="sr-only">Copy</span>
          </th>
        )}
      </tr>
    </thead>
  );
}
