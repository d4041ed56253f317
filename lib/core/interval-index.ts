// Finds, of many half-open integer intervals, those that meet a given one, without looking at the others.

export type IntervalIndex = {
  /** How many meet, in logarithmic time: to choose the narrower of two indexes. */
  count: (lo: number, hi: number) => number;
  /** `visit` gets the positions of those that meet, those that begin last first, until it says true; answers whether it did. */
  some: (lo: number, hi: number, visit: (position: number) => boolean) => boolean;
};

/** `los[i]` to `his[i]` is interval i; none is empty. */
export function createIntervalIndex(los: readonly number[], his: readonly number[]): IntervalIndex {
  const order = los.map((_, position) => position).sort((a, b) => (los[a] ?? 0) - (los[b] ?? 0));
  const starts = Float64Array.from(order, (position) => los[position] ?? 0);
  const ends = Float64Array.from(order, (position) => his[position] ?? 0);
  const sortedEnds = ends.toSorted();
  const { size, highest } = highestEnds(ends);
  const some: IntervalIndex['some'] = (lo, hi, visit) => {
    const limit = firstAtLeast(starts, hi);
    const walk = (at: number, from: number, width: number): boolean => {
      if (from >= limit || (highest[at] ?? 0) <= lo) return false;
      if (width === 1) return visit(order[from] ?? 0);
      return walk(2 * at + 1, from + width / 2, width / 2) || walk(2 * at, from, width / 2);
    };
    return walk(1, 0, size);
  };
  const count: IntervalIndex['count'] = (lo, hi) => firstAtLeast(starts, hi) - firstAtLeast(sortedEnds, lo + 1);
  return { count, some };
}

/** A binary tree in an array: each place holds the highest end below it, leaves are at `size` and after. */
function highestEnds(ends: Float64Array): { size: number; highest: Float64Array } {
  let size = 1;
  while (size < ends.length) size *= 2;
  const highest = new Float64Array(2 * size).fill(-Infinity);
  highest.set(ends, size);
  for (let at = size - 1; at >= 1; at -= 1) {
    highest[at] = Math.max(highest[2 * at] ?? -Infinity, highest[2 * at + 1] ?? -Infinity);
  }
  return { size, highest };
}

/** The first place of a sorted array whose value is not below `value`. */
export function firstAtLeast<T extends number | bigint>(sorted: ArrayLike<T>, value: T): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle];
    if (found !== undefined && found < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
