'use client';
// Above a table: filter, choice of columns, export.
import type { ReactNode } from 'react';
import type { ReactTable } from '@tanstack/react-table';
import { DataTableMenus } from './lazy-data-table-menus';
import type { DataColumn, DataTableFeatures } from './data-table-column';
import { Input } from './input';
import { useSlashFocus } from './use-slash-focus';

type ToolbarProps<Row extends object> = {
  table: ReactTable<DataTableFeatures, Row>;
  columns: readonly DataColumn<Row>[];
  label: string;
  filter: string;
  onFilterChange: ((filter: string) => void) | undefined;
  exportName: string | undefined;
  total: number;
  children: ReactNode;
};

export function DataTableToolbar<Row extends object>(props: ToolbarProps<Row>) {
  const { table, columns, label, filter, onFilterChange, exportName, total, children } = props;
  const ref = useSlashFocus();
  const shown = table.getRowModel().rows;
  return (
    <div className="flex flex-wrap items-center gap-2">
      {onFilterChange && (
        <Input
          ref={ref}
          type="search"
          aria-label={`Filter ${label}`}
          placeholder="Filter  ( / )"
          className="w-52 max-w-full"
          value={filter}
          onChange={(event) => onFilterChange(event.target.value)}
        />
      )}
      {children}
      <span className="flex-1" />
      {filter !== '' && (
        <span className="text-xs text-muted-foreground">
          {shown.length} of {total}
        </span>
      )}
      <DataTableMenus table={table} columns={columns} exportName={exportName} />
    </div>
  );
}
