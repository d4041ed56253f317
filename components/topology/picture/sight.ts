// Which ranges, groups and pools are drawn: all of them, or of a large topology those around the selected object.
import type { TopologyDocument } from '@/lib/core/document';
import type { Selection } from '../selection';

/** Places in the document, ascending. */
export type Sight = { ranges: number[]; groups: number[]; pools: number[]; isWhole: boolean };

/** Of more, a picture shows nothing and its layout takes seconds. */
const MOST_DRAWN = 120;
const MOST_GROUPS = 12;
const MOST_RANGES = 40;

const placesIn = (list: readonly unknown[]) => list.map((_item, index) => index);
const ascending = (places: Iterable<number>) => [...new Set(places)].sort((a, b) => a - b);

export function sightOf(document: TopologyDocument, selection: Selection): Sight {
  const { ranges, groups, pools } = document;
  if (ranges.length + groups.length + pools.length <= MOST_DRAWN)
    return { ranges: placesIn(ranges), groups: placesIn(groups), pools: placesIn(pools), isWhole: true };
  const shown = groupsAround(document, selection).slice(0, MOST_GROUPS);
  const own = { range: [] as number[], pool: [] as number[] };
  if (selection.kind === 'range' || selection.kind === 'pool') own[selection.kind].push(selection.index);
  const rangeAt = new Map(ranges.map(({ name }, index) => [name, index]));
  const poolAt = new Map(pools.map(({ name }, index) => [name, index]));
  const shownRanges = shown.flatMap(
    (group) => groups[group]?.matches.flatMap(({ range }) => rangeAt.get(range) ?? []) ?? [],
  );
  const shownPools = shown.flatMap((group) => poolAt.get(groups[group]?.pool ?? '') ?? []);
  return {
    ranges: ascending([...own.range, ...new Set(shownRanges)].slice(0, MOST_RANGES)),
    groups: ascending(shown),
    pools: ascending([...own.pool, ...shownPools]),
    isWhole: false,
  };
}

function groupsAround({ ranges, groups, pools }: TopologyDocument, selection: Selection): number[] {
  if (selection.kind === 'group') return [selection.index];
  const name =
    selection.kind === 'range'
      ? ranges[selection.index]?.name
      : selection.kind === 'pool'
        ? pools[selection.index]?.name
        : undefined;
  if (name === undefined) return placesIn(groups);
  return placesIn(groups).filter((index) =>
    selection.kind === 'pool'
      ? groups[index]?.pool === name
      : groups[index]?.matches.some(({ range }) => range === name),
  );
}
