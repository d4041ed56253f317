'use client';
// The menus of a table: which columns are shown, and the export of the rows in sight.
import type { ReactTable } from '@tanstack/react-table';
import { Columns3, Download } from 'lucide-react';
import { Button } from './button';
import type { DataColumn, DataTableFeatures } from './data-table-column';
import { downloadText, printCsv, type ExportRow } from './export-rows';
import { Menu, MenuCheckboxItem, MenuContent, MenuItem, MenuTrigger } from './menu';

export type DataTableMenusProps<Row extends object> = {
  table: ReactTable<DataTableFeatures, Row>;
  columns: readonly DataColumn<Row>[];
  exportName: string | undefined;
};

export default function DataTableMenus<Row extends object>({ table, columns, exportName }: DataTableMenusProps<Row>) {
  const exported = (): ExportRow[] =>
    table
      .getRowModel()
      .rows.map(({ original }) => Object.fromEntries(columns.map((column) => [column.id, column.value(original)])));
  return (
    <>
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
    </>
  );
}

function ColumnMenu<Row extends object>({ table, columns }: Omit<DataTableMenusProps<Row>, 'exportName'>) {
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
