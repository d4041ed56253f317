// The header of the table of services: each head sorts by its column.
import { ArrowDown, ArrowUp } from 'lucide-react';
import { cn } from '@/components/ui/class-names';
import type { Arrangement, CounterKey, Sort, SortKey } from './arrange-services';

type NumberKind = Arrangement['numbers'];
export const counterKeys: readonly CounterKey[] = ['connections', 'inPackets', 'outPackets', 'inBytes', 'outBytes'];
const counterHeads: Record<NumberKind, string[]> = {
  rates: ['Conns/s', 'Pkts/s in', 'Pkts/s out', 'Bytes/s in', 'Bytes/s out'],
  totals: ['Conns', 'Pkts in', 'Pkts out', 'Bytes in', 'Bytes out'],
};
const heads: readonly (readonly [SortKey, string])[] = [
  ['service', 'Service'],
  ['state', 'State'],
  ['weight', 'Weight'],
  ['active', 'Active'],
  ['inactive', 'Inactive'],
];
export const sortKeys: readonly SortKey[] = [...heads.map(([key]) => key), ...counterKeys];

type ServicesHeadProps = { numbers: NumberKind; sort: Sort | undefined; onSort: (sort: Sort | undefined) => void };

export function ServicesHead({ numbers, sort, onSort }: ServicesHeadProps) {
  const all = [...heads, ...counterKeys.map((key, index) => [key, counterHeads[numbers][index] ?? key] as const)];
  return (
    <thead className="text-xs text-muted-foreground">
      <tr>
        {all.map(([key, head], index) => (
          <SortHead
            key={key}
            isText={index < 2}
            sort={sort?.by === key ? sort : undefined}
            onSort={() => onSort(nextSort(key, sort))}
          >
            {head}
          </SortHead>
        ))}
        <th scope="col" className="px-1.5 py-1 text-left align-bottom font-medium">
          Last hour
        </th>
        <th scope="col">
          <span className="sr-only">Copy</span>
        </th>
      </tr>
    </thead>
  );
}

/** The largest first, then the smallest, then as the kernel lists them; words the other way round. */
function nextSort(by: SortKey, sort: Sort | undefined): Sort | undefined {
  const isDescendingFirst = by !== 'service' && by !== 'state';
  if (sort?.by !== by) return { by, isDescending: isDescendingFirst };
  return sort.isDescending === isDescendingFirst ? { by, isDescending: !isDescendingFirst } : undefined;
}

type SortHeadProps = { isText: boolean; sort: Sort | undefined; onSort: () => void; children: string };

function SortHead({ isText, sort, onSort, children }: SortHeadProps) {
  const Arrow = sort?.isDescending ? ArrowDown : ArrowUp;
  return (
    <th
      scope="col"
      aria-sort={!sort ? 'none' : sort.isDescending ? 'descending' : 'ascending'}
      className={cn('p-0 align-bottom font-medium', isText ? 'text-left' : 'text-right', PINNED_FIRST)}
    >
      <button
        type="button"
        onClick={onSort}
        className="px-1.5 py-1 hover:text-foreground focus-visible:-outline-offset-2"
      >
        {children}
        {sort && <Arrow aria-hidden className="ml-0.5 inline size-3" />}
      </button>
    </th>
  );
}

/** The first column stays in sight when the table is wider than its room. */
export const PINNED_FIRST = 'first:sticky first:left-0 first:z-[1] first:bg-card';
