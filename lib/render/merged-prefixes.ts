// The smallest list of prefixes that is exactly the union of intervals of one family.
import { intervalToCidrs } from '../core/address';
import { forEachIpv4Prefix } from '../core/ipv4';
import type { AddressInterval, Family } from '../core/topology';
import { TextWriter } from './text-writer';

/** Ascending; intervals that overlap or touch are one; a single address has no length, as ip prints it. */
export function mergedPrefixes(intervals: readonly AddressInterval[], family: Family): string[] {
  if (family === 4) return ipv4Prefixes(intervals);
  return mergedIntervals(intervals).flatMap(([first, last]) =>
    intervalToCidrs({ family, first, last }).map((prefix) => prefix.replace(/\/128$/, '')),
  );
}

function ipv4Prefixes(intervals: readonly AddressInterval[]): string[] {
  if (intervals.length === 0) return [];
  const writer = new TextWriter();
  const [firsts, lasts] = [new Float64Array(intervals.length), new Float64Array(intervals.length)];
  let isSorted = true;
  for (let at = 0; at < intervals.length; at += 1) {
    const { first = 0n, last = 0n } = intervals[at] ?? {};
    firsts[at] = Number(first);
    lasts[at] = Number(last);
    isSorted &&= at === 0 || ((firsts[at - 1] ?? 0) <= (firsts[at] ?? 0) && (lasts[at - 1] ?? 0) <= (lasts[at] ?? 0));
  }
  if (!isSorted) {
    firsts.sort();
    lasts.sort();
  }
  const write = (start: number, length: number) => writer.ipv4Prefix(start, length, false).text('\n');
  let open = 0;
  for (let at = 0; at < firsts.length; at += 1) {
    // The n-th first after the n-th last: nothing begun before is still open, so what lies between belongs to nobody.
    const [last = 0, next = Infinity] = [lasts[at], firsts[at + 1]];
    if (next <= last + 1) continue;
    forEachIpv4Prefix(firsts[open] ?? 0, last, write);
    open = at + 1;
  }
  return writer.toString().trimEnd().split('\n');
}

function mergedIntervals(intervals: readonly AddressInterval[]): [bigint, bigint][] {
  const sorted = intervals.toSorted((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const merged: [bigint, bigint][] = [];
  let open: [bigint, bigint] | undefined;
  for (const { first, last } of sorted) {
    if (open && first <= open[1] + 1n) {
      if (last > open[1]) open[1] = last;
    } else merged.push((open = [first, last]));
  }
  return merged;
}
