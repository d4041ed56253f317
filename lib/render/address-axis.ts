// Addresses of one family as cells between the ends of all ranges, so that "which range wins here" is asked once a cell.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- hot loops: every index is below the length of its own array */
import type { AddressInterval, Family } from '../core/topology';
import { before, type AddressMap, type AddressValue } from '../parse/mark-map';

/** Cell n is everything from `cuts[n]` to before `cuts[n + 1]`. Interval i covers the cells `from[i]` to before `to[i]`. */
export type AddressAxis = { cuts: ArrayLike<AddressValue>; cells: number; from: Int32Array; to: Int32Array };

export function addressAxisOf(intervals: readonly AddressInterval[], family: Family): AddressAxis {
  return family === 4 ? axisOfNumbers(intervals) : axisOfBigints(intervals);
}

function axisOfNumbers(intervals: readonly AddressInterval[]): AddressAxis {
  const count = intervals.length;
  const ends = new Float64Array(2 * count);
  for (let at = 0; at < count; at += 1) {
    const { first, last } = intervals[at]!;
    ends[at] = Number(first);
    ends[count + at] = Number(last) + 1;
  }
  const [cuts, ranks] = [new Float64Array(2 * count), new Int32Array(2 * count)];
  let kept = 0;
  for (const at of sortedOrder(ends)) {
    if (kept === 0 || cuts[kept - 1] !== ends[at]!) cuts[kept++] = ends[at]!;
    ranks[at] = kept - 1;
  }
  const [from, to] = [ranks.subarray(0, count), ranks.subarray(count)];
  return { cuts: cuts.subarray(0, kept), cells: Math.max(kept - 1, 0), from, to };
}

const DIGIT_BITS = 11;
const DIGITS = 1 << DIGIT_BITS;

/** Positions by ascending value, for values up to 2^32: three rounds of counting by 11 bits, quicker than comparing. */
function sortedOrder(values: Float64Array): Uint32Array {
  const [low, high] = [new Int32Array(values.length), new Int32Array(values.length)];
  const order = new Uint32Array(values.length);
  for (let at = 0; at < values.length; at += 1) {
    high[at] = Math.floor(values[at]! / (DIGITS * DIGITS));
    low[at] = values[at]! - high[at]! * DIGITS * DIGITS;
    order[at] = at;
  }
  return sortedByDigit(sortedByDigit(sortedByDigit(order, low, 0), low, DIGIT_BITS), high, 0);
}

/** Stable, so that rounds from the lowest digit up sort by all of them. */
function sortedByDigit(order: Uint32Array, values: Int32Array, shift: number): Uint32Array {
  const places = new Uint32Array(DIGITS + 1);
  for (let at = 0; at < values.length; at += 1) places[((values[at]! >>> shift) & (DIGITS - 1)) + 1]! += 1;
  for (let digit = 1; digit <= DIGITS; digit += 1) places[digit]! += places[digit - 1]!;
  const sorted = new Uint32Array(order.length);
  for (let at = 0; at < order.length; at += 1) {
    const digit = (values[order[at]!]! >>> shift) & (DIGITS - 1);
    sorted[places[digit]!] = order[at]!;
    places[digit]! += 1;
  }
  return sorted;
}

function axisOfBigints(intervals: readonly AddressInterval[]): AddressAxis {
  const ends = new Set<bigint>();
  for (const { first, last } of intervals) ends.add(first).add(last + 1n);
  const cuts = [...ends].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const rankOf = new Map(cuts.map((cut, rank) => [cut, rank]));
  const from = Int32Array.from(intervals, ({ first }) => rankOf.get(first) ?? 0);
  const to = Int32Array.from(intervals, ({ last }) => rankOf.get(last + 1n) ?? 0);
  return { cuts, cells: Math.max(cuts.length - 1, 0), from, to };
}

/**
 * The mark of the last chosen interval that covers each cell, 0 where none does. From the last to the first, so that each
 * cell is painted once: `next` leads over what is painted already.
 */
export function paintMarks(
  { cells, from, to }: AddressAxis,
  marks: ArrayLike<number>,
  isChosen: (index: number) => boolean,
): Int32Array {
  const painted = new Int32Array(cells);
  const next = new Int32Array(cells + 1);
  for (let cell = 0; cell <= cells; cell += 1) next[cell] = cell;
  for (let index = marks.length - 1; index >= 0; index -= 1) {
    if (!isChosen(index)) continue;
    const end = to[index]!;
    for (let cell = firstOpen(next, from[index]!); cell < end; cell = firstOpen(next, cell)) {
      painted[cell] = marks[index]!;
      next[cell] = cell + 1;
    }
  }
  return painted;
}

function firstOpen(next: Int32Array, start: number): number {
  let cell = start;
  while (next[cell] !== cell) {
    const further = next[next[cell]!]!;
    next[cell] = further;
    cell = further;
  }
  return cell;
}

/** Cells whose wanted mark is not the one that earlier rules gave already; neighbours with one mark are one entry. */
export function addressMapOf(
  { cuts, cells }: AddressAxis,
  wanted: Int32Array,
  given: Int32Array | undefined,
): Pick<AddressMap, 'firsts' | 'lasts' | 'marks'> {
  const [firsts, lasts, marks]: [AddressValue[], AddressValue[], number[]] = [[], [], []];
  let open = 0;
  for (let cell = 0; cell < cells; cell += 1) {
    const mark = wanted[cell] === (given?.[cell] ?? 0) ? 0 : wanted[cell]!;
    if (mark === open) continue;
    if (open !== 0) lasts.push(before(cuts[cell]!));
    if (mark !== 0) {
      firsts.push(cuts[cell]!);
      marks.push(mark);
    }
    open = mark;
  }
  if (open !== 0) lasts.push(before(cuts[cells]!));
  return { firsts, lasts, marks };
}
