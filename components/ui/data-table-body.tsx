'use client';
// The rows of a data table: j and k or the arrows move, Enter opens.
import type { KeyboardEvent } from 'react';
import type { ReactTable, Row as TableRow } from '@tanstack/react-table';
import { cn } from './class-names';
import { CopyButton } from './copy-button';
import type { DataColumn, DataTableFeatures } from './data-table-column';

type BodyProps<Row extends object> = {
  table: ReactTable<DataTableFeatures, Row>;
  columns: readonly DataColumn<Row>[];
  onOpen: ((row: Row) => void) | undefined;
  copyRow: ((row: Row) => string) | undefined;
  emptyText: string;
};

function moveFocus(event: KeyboardEvent<HTMLTableRowElement>): void {
  const step = ['j', 'ArrowDown'].includes(event.key)
    ? 'nextElementSibling'
    : ['k', 'ArrowUp'].includes(event.key)
      ? 'previousElementSibling'
      : undefined;
  const target = step && event.target === event.currentTarget ? event.currentTarget[step] : undefined;
  if (!(target instanceof HTMLElement)) return;
  event.preventDefault();
  target.focus();
}

function printNumber(value: string | number | undefined): string | undefined {
  return typeof value === 'number' ? value.toLocaleString('en-US') : value;
}

export function DataTableBody<Row extends object>({ table, columns, onOpen, copyRow, emptyText }: BodyProps<Row>) {
  const rows = table.getRowModel().rows;
  const visible = table.getVisibleLeafColumns().map(({ id }) => columns.find((column) => column.id === id));
  if (rows.length === 0)
    return (
      <tbody>
        <tr>
          <td colSpan={visible.length + 1} className="px-2 py-4 text-muted-foreground">
            {emptyText}
          </td>
        </tr>
      </tbody>
    );
  const cells = (row: TableRow<DataTableFeatures, Row>) =>
    visible.map((column) => {
      const value = column?.value(row.original);
      return (
        <td
          key={column?.id}
          className={cn(
            'px-2 py-1 align-top',
            typeof value === 'number' && 'tabular',
            column?.isMono && 'font-mono text-xs leading-[18px]',
          )}
        >
          {column?.cell ? column.cell(row.original) : printNumber(value)}
        </td>
      );
    });
  return (
    <tbody>
      {rows.map((row, index) => (
        <tr
          key={row.id}
          tabIndex={index === 0 ? 0 : -1}
          onClick={onOpen && ((event) => !(event.target as HTMLElement).closest('a,button') && onOpen(row.original))}
          onKeyDown={(event) => {
            moveFocus(event);
            if (event.key === 'Enter' && event.target === event.currentTarget) onOpen?.(row.original);
          }}
          className={cn('border-t hover:bg-muted/50 focus-visible:-outline-offset-2', onOpen && 'cursor-pointer')}
        >
          {cells(row)}
          {copyRow && (
            <td className="w-px px-1 py-0.5">
              <CopyButton text={copyRow(row.original)} label="Copy row" isIconOnly />
            </td>
          )}
        </tr>
      ))}
    </tbody>
  );
}
