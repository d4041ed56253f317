// A picture of a large topology stays small, and what is selected is always in it.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { buildPicture } from './build-graph';
import { sightOf } from './sight';

function largeDocument(): TopologyDocument {
  const seed = seedDocument();
  const ranges = Array.from({ length: 10_000 }, (_, at) => ({ name: `r${at}`, addresses: '203.0.113.1' }));
  const groups = Array.from({ length: 1_000 }, (_, at) => ({
    ...seed.groups[0]!,
    name: `g${at}`,
    mark: at + 1,
    pool: `p${at % 20}`,
    matches: Array.from({ length: 10 }, (_match, n) => ({ range: `r${at * 10 + n}`, protocol: 'tcp' as const })),
  }));
  const pools = Array.from({ length: 20 }, (_, at) => ({ ...seed.pools[0]!, name: `p${at}` }));
  return { ...seed, ranges, groups, pools };
}
const large = largeDocument();

describe('what is drawn', () => {
  it('is everything of a topology that fits', () => {
    expect(sightOf(seedDocument(), { kind: 'general' })).toEqual({
      ranges: [0],
      groups: [0],
      pools: [0],
      isWhole: true,
    });
  });

  it('is a group with its ranges and its pool', () => {
    expect(sightOf(large, { kind: 'group', index: 500 })).toEqual({
      ranges: Array.from({ length: 10 }, (_, n) => 5_000 + n),
      groups: [500],
      pools: [0],
      isWhole: false,
    });
  });

  it.each([
    ['range', 777],
    ['pool', 7],
    ['group', 999],
  ] as const)('has the selected %s in it and stays small', (kind, index) => {
    const selection = { kind, index };
    const { nodes } = buildPicture(large, [], sightOf(large, selection));
    expect(nodes.some((node) => JSON.stringify(node.selection) === JSON.stringify(selection))).toBe(true);
    expect(nodes.length).toBeLessThan(80);
  });
});
