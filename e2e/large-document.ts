// A topology of 1,000 groups and 10,000 ranges, to be edited in a browser.
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';

const GROUPS = 1_000;
const RANGES_EACH = 10;
const POOLS = 20;

export function largeDocument(name: string): TopologyDocument {
  const seed = seedDocument(name);
  const [pool] = seed.pools;
  if (!pool) throw new Error('the seed has a pool');
  const ranges = Array.from({ length: GROUPS * RANGES_EACH }, (_, at) => ({
    name: `range-${at}`,
    addresses: `10.${at >> 10}.${(at >> 2) & 255}.${(at & 3) * 64}/28`,
  }));
  const groups = Array.from({ length: GROUPS }, (_, at) => ({
    name: `group-${at}`,
    mark: at + 1,
    matches: Array.from({ length: RANGES_EACH }, (_match, nth) => ({
      range: `range-${at * RANGES_EACH + nth}`,
      protocol: 'tcp' as const,
      ports: [80, 443],
    })),
    scheduler: 'wlc' as const,
    pool: `pool-${at % POOLS}`,
  }));
  const pools = Array.from({ length: POOLS }, (_, at) => ({ ...structuredClone(pool), name: `pool-${at}` }));
  return { ...seed, ranges, groups, pools };
}
