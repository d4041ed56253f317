// What a column of a data table is, and which abilities of the table library are used.
import type { ReactNode } from 'react';
import {
  columnVisibilityFeature,
  createSortedRowModel,
  rowSortingFeature,
  sortFn_alphanumeric,
  sortFn_basic,
  tableFeatures,
} from '@tanstack/react-table';

export type DataColumn<Row> = {
  id: string;
  header: string;
  /** What is sorted, filtered and exported. */
  value: (row: Row) => string | number | undefined;
  /** What is shown, when that is more than the value. */
  cell?: (row: Row) => ReactNode;
  isMono?: boolean;
  isHidden?: boolean;
};
export const dataTableFeatures = tableFeatures({
  columnVisibilityFeature,
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns: { alphanumeric: sortFn_alphanumeric, basic: sortFn_basic },
});
export type DataTableFeatures = typeof dataTableFeatures;
