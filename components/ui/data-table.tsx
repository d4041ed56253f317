'use client';
// A dense table: sort, filter, choose columns, copy a row, export; `/` filters, j and k move, Enter opens.
import { useMemo, type ReactNode } from 'react';
import { useTable, type ColumnDef } from '@tanstack/react-table';
import { cn } from './class-names';
import { DataTableBody } from './data-table-body';
import { DataTableHead } from './data-table-head';
import { dataTableFeatures, type DataColumn, type DataTableFeatures } from './data-table-column';
import { DataTableToolbar } from './data-table-toolbar';

export type DataTableProps<Row> = {
  label: string;
  columns: readonly DataColumn<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
  filter?: string;
  onFilterChange?: (filter: string) => void;
  initialSort?: { id: string; desc: boolean };
  onOpen?: (row: Row) => void;
  /** The row as the command or text that would make it. */
  copyRow?: (row: Row) => string;
  exportName?: string;
  toolbar?: ReactNode;
  emptyText?: string;
  isStale?: boolean;
};

function toColumnDef<Row extends object>(column: DataColumn<Row>): ColumnDef<DataTableFeatures, Row> {
  return { id: column.id, header: column.header, accessorFn: (row) => column.value(row), sortUndefined: 'last' };
}

const matches =
  <Row,>(columns: readonly DataColumn<Row>[], words: readonly string[]) =>
  (row: Row) => {
    const text = columns
      .map((column) => column.value(row) ?? '')
      .join('\u0000')
      .toLowerCase();
    return words.every((word) => text.includes(word));
  };

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { columns, rows, filter = '', onFilterChange, initialSort, label } = props;
  const data = useMemo(() => {
    const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
    return words.length === 0 ? [...rows] : rows.filter(matches(columns, words));
  }, [rows, columns, filter]);
  const definitions = useMemo(() => columns.map(toColumnDef), [columns]);
  const table = useTable({
    features: dataTableFeatures,
    columns: definitions,
    data,
    getRowId: props.rowId,
    enableSortingRemoval: true,
    initialState: {
      sorting: initialSort ? [initialSort] : [],
      columnVisibility: Object.fromEntries(columns.map((column) => [column.id, !column.isHidden])),
    },
  });
  return (
    <div className="flex min-w-0 flex-col gap-2">
      <DataTableToolbar
        table={table}
        columns={columns}
        label={label}
        filter={filter}
        onFilterChange={onFilterChange}
        exportName={props.exportName}
        total={rows.length}
      >
        {props.toolbar}
      </DataTableToolbar>
      <div className="relative overflow-x-auto rounded border">
        <table
          aria-label={label}
          className={cn('w-full border-collapse text-sm', props.isStale && 'text-muted-foreground grayscale')}
        >
          <DataTableHead table={table} columns={columns} hasActions={props.copyRow !== undefined} />
          <DataTableBody
            table={table}
            columns={columns}
            onOpen={props.onOpen}
            copyRow={props.copyRow}
            emptyText={
              rows.length > 0 && filter !== '' ? 'No row matches the filter.' : (props.emptyText ?? 'Nothing here yet.')
            }
          />
        </table>
      </div>
    </div>
  );
}
