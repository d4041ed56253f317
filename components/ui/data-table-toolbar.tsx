'use client';
// Above a table: filter, choice of columns, export.
import { useEffect, useRef, type ReactNode } from 'react';
import type { ReactTable } from '@tanstack/react-table';
import { Columns3, Download } from 'lucide-react';
import { Button } from './button';
import type { DataColumn, DataTableFeatures } from './data-table';
import { downloadText, printCsv, type ExportRow } from './export-rows';
import { Input } from './input';
import { Menu, MenuCheckboxItem, MenuContent, MenuItem, MenuTrigger } from './menu';

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

const isTyping = (target: EventTarget | null) =>
  target instanceof HTMLElement && target.closest('input,textarea,select,[contenteditable]') !== null;

function useSlashFocus() {
  const ref = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const focus = (event: KeyboardEvent) => {
      if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      event.preventDefault();
      ref.current?.focus();
    };
    document.addEventListener('keydown', focus);
    return () => document.removeEventListener('keydown', focus);
  }, []);
  return ref;
}

export function DataTableToolbar<Row extends object>(props: ToolbarProps<Row>) {
  const { table, columns, label, filter, onFilterChange, exportName, total, children } = props;
  const ref = useSlashFocus();
  const shown = table.getRowModel().rows;
  const exported = (): ExportRow[] =>
    shown.map((row) => Object.fromEntries(columns.map((column) => [column.id, column.value(row.original)])));
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
      <ColumnMenu table={table} columns={columns} />
      {exportName && (
        <Menu>
          <MenuTrigger asChild>
            <Button size="small" variant="ghost">
              <Download /> Export
            </Button>
          </MenuTrigger>
          <MenuContent align="end">
            <MenuItem onSelect={() => downloadText(`${exportName}.csv`, 'text/csv', printCsv(exported()))}>
              CSV
            </MenuItem>
            <MenuItem
              onSelect={() =>
                downloadText(`${exportName}.json`, 'application/json', JSON.stringify(exported(), null, 2))
              }
            >
              JSON
            </MenuItem>
          </MenuContent>
        </Menu>
      )}
    </div>
  );
}

function ColumnMenu<Row extends object>({ table, columns }: Pick<ToolbarProps<Row>, 'table' | 'columns'>) {
  return (
    <Menu>
      <MenuTrigger asChild>
        <Button size="small" variant="ghost">
          <Columns3 /> Columns
        </Button>
      </MenuTrigger>
      <MenuContent align="end">
        {columns.map(({ id, header }) => {
          const column = table.getColumn(id);
          return (
            <MenuCheckboxItem
              key={id}
              checked={column?.getIsVisible() ?? false}
              onCheckedChange={(isVisible) => column?.toggleVisibility(isVisible)}
              onSelect={(event) => event.preventDefault()}
            >
              {header}
            </MenuCheckboxItem>
          );
        })}
      </MenuContent>
    </Menu>
  );
}
