// What a check is: one rule of the house of LVS, looking at a resolved document, answering with every breach and its place.
import type { Diagnostic } from '../diagnostic';
import type { GroupDocument } from '../document';
import type { Resolution } from '../resolution';
import { portIntervals } from '../ports';
import type { Family, Match } from '../topology';

export type Check = (resolution: Resolution) => Diagnostic[];

/** The groups that a pool serves, with their matches; `undefined` matches did not resolve. */
export type GroupUse = { group: GroupDocument; index: number; matches: (Match | undefined)[] };

export function groupsOfPool({ document, matches }: Resolution, pool: string): GroupUse[] {
  return document.groups.flatMap((group, index) =>
    group.pool === pool ? [{ group, index, matches: matches[index] ?? [] }] : [],
  );
}

/** Undefined when a part is unknown: a check must not guess. */
export function resolvedMatches(matches: readonly (Match | undefined)[]): Match[] | undefined {
  const present = matches.filter((match): match is Match => match !== undefined);
  return present.length === matches.length ? present : undefined;
}

/** The only port that the matches take, whatever the protocol; undefined when they take more than one. */
export function singlePort(matches: readonly Match[]): number | undefined {
  const intervals = matches.flatMap(({ ports }) => portIntervals(ports));
  const port = intervals[0]?.first;
  return intervals.every(({ first, last }) => first === port && last === port) ? port : undefined;
}

/** True for a group that takes more than one port, false for one port, undefined when that is unknown. */
export function isMultiPort({ matches }: GroupUse): boolean | undefined {
  const resolved = resolvedMatches(matches);
  if (!resolved || resolved.length === 0) return undefined;
  return singlePort(resolved) === undefined;
}

export function familiesOf(matches: readonly (Match | undefined)[]): Family[] {
  return [...new Set(matches.flatMap((match) => (match ? [match.range.interval.family] : [])))];
}

/** Second and later holders of a value, with the index of the first. */
export function duplicatesOf<T>(values: readonly T[], keyOf: (value: T) => string | undefined) {
  const firstIndexes = new Map<string, number>();
  return values.flatMap((value, index) => {
    const key = keyOf(value);
    if (key === undefined) return [];
    const firstIndex = firstIndexes.get(key);
    if (firstIndex !== undefined) return [{ value, index, firstIndex }];
    firstIndexes.set(key, index);
    return [];
  });
}

export function quotedList(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(', ');
}
