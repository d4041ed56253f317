'use client';
// The menus of a table come after the table: the rows are what a person waits for.
import dynamic from 'next/dynamic';
import type { DataTableMenusProps } from './data-table-menus';

const Loaded = dynamic(() => import('./data-table-menus'), { ssr: false, loading: () => <span className="h-6.5" /> });

export function DataTableMenus<Row extends object>(props: DataTableMenusProps<Row>) {
  // next/dynamic forgets the type parameter; the rows of one table have one type.
  return <Loaded {...(props as unknown as DataTableMenusProps<object>)} />;
}
