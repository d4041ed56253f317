// The order and choice of rows in the table of services: real servers stay below their service.
import { printRealServer } from '@/lib/core/service-counters';
import type { Counter } from '@/lib/core/views/live';
import type { ServiceRow } from './service-rows';

export type CounterKey = Exclude<keyof Counter, 'key' | 'realServer'>;
export type SortKey = 'service' | 'state' | 'weight' | 'active' | 'inactive' | CounterKey;
export type Sort = { by: SortKey; isDescending: boolean };
export type Arrangement = {
  /** Words that all must be found in a service or in a service with its real server. */
  filter: string;
  /** Undefined: as the kernel lists them. */
  sort: Sort | undefined;
  /** Where the counters are taken from. */
  numbers: 'rates' | 'totals';
};
type Block = { head: ServiceRow; servers: ServiceRow[] };

export function arrangeServices(rows: readonly ServiceRow[], { filter, sort, numbers }: Arrangement): ServiceRow[] {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  const blocks = blocksOf(rows).flatMap((block) => chosen(block, words) ?? []);
  if (!sort) return blocks.flatMap(({ head, servers }) => [head, ...servers]);
  const compare = (left: ServiceRow, right: ServiceRow) =>
    compareValues(valueOf(left, sort.by, numbers), valueOf(right, sort.by, numbers)) * (sort.isDescending ? -1 : 1);
  return blocks
    .toSorted((left, right) => compare(left.head, right.head))
    .flatMap(({ head, servers }) => [head, ...servers.toSorted(compare)]);
}

function blocksOf(rows: readonly ServiceRow[]): Block[] {
  const blocks: Block[] = [];
  for (const row of rows) {
    if (!row.realServer) blocks.push({ head: row, servers: [] });
    else blocks.at(-1)?.servers.push(row);
  }
  return blocks;
}

/** A service that matches keeps all its real servers; else those that match, below it. */
function chosen({ head, servers }: Block, words: readonly string[]): Block | undefined {
  const text = textOf(head);
  const holds = (more: string) => words.every((word) => `${text} ${more}`.includes(word));
  if (holds('')) return { head, servers };
  const found = servers.filter((row) => holds(textOf(row)));
  return found.length === 0 ? undefined : { head, servers: found };
}

function textOf({ service, realServer, group, pool, state }: ServiceRow): string {
  const words = realServer
    ? [printRealServer(realServer), realServer.forwarding, pool, state]
    : [
        titleOf({ service, group }),
        service.mark === undefined ? service.key : `mark ${service.mark}`,
        service.scheduler,
      ];
  return words.join(' ').toLowerCase();
}

export function titleOf({ service, group }: Pick<ServiceRow, 'service' | 'group'>): string {
  return group ?? (service.mark === undefined ? service.key : 'no group of this topology');
}

function valueOf(row: ServiceRow, by: SortKey, numbers: Arrangement['numbers']): string | number | undefined {
  if (by === 'service') return row.realServer ? printRealServer(row.realServer) : titleOf(row);
  if (by === 'state') return row.state;
  if (by === 'weight') return row.realServer?.weight;
  if (by === 'active' || by === 'inactive') return row[by];
  return (numbers === 'rates' ? row.rate : row.total)?.[by];
}

function compareValues(left: string | number | undefined, right: string | number | undefined): number {
  if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined);
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left).localeCompare(String(right), 'en', { numeric: true });
}
