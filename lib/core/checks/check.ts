// What a check is: one rule of the house of LVS, looking at a resolved document, answering with every breach and its place.
import type { Diagnostic } from '../diagnostic';
import type { GroupDocument, PoolDocument } from '../document';
import type { Resolution } from '../resolution';
import { portIntervals } from '../ports';
import type { Address, AddressInterval, Family, Match } from '../topology';

export type Check = (resolution: Resolution) => Diagnostic[];

/** The groups that a pool serves, with their matches; `undefined` matches did not resolve. */
export type GroupUse = { group: GroupDocument; index: number; matches: (Match | undefined)[] };

const usesByPool = new WeakMap<Resolution, Map<string, GroupUse[]>>();

export function groupsOfPool(resolution: Resolution, pool: string): GroupUse[] {
  const known = usesByPool.get(resolution);
  if (known) return known.get(pool) ?? [];
  const uses = new Map<string, GroupUse[]>();
  for (const [index, group] of resolution.document.groups.entries()) {
    const use = { group, index, matches: resolution.matches[index] ?? [] };
    const others = uses.get(group.pool);
    if (others) others.push(use);
    else uses.set(group.pool, [use]);
  }
  usesByPool.set(resolution, uses);
  return uses.get(pool) ?? [];
}

/** The external networks of the directors, as far as they resolved. */
export function networksOf({ directors }: Resolution) {
  return {
    directors: directors.flatMap(({ external, external6 }): { external: ExternalNetworks }[] =>
      external ? [{ external: { network: external.network, ipv6: external6 } }] : [],
    ),
  };
}
type ExternalNetworks = { network: AddressInterval; ipv6: { network: AddressInterval } | undefined };

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

export function poolOf(resolution: Resolution, group: number): PoolDocument | undefined {
  return resolution.document.pools[poolIndexOf(resolution, group)];
}

export function realServersOf(resolution: Resolution, group: number): readonly (Address | undefined)[] {
  return resolution.realServers[poolIndexOf(resolution, group)] ?? [];
}

const poolIndexes = new WeakMap<Resolution, Map<string, number>>();

/** The first of the name, as resolving takes it; -1 when there is none. */
function poolIndexOf(resolution: Resolution, group: number): number {
  const { pools, groups } = resolution.document;
  let byName = poolIndexes.get(resolution);
  if (!byName) {
    byName = new Map(pools.map(({ name }, index) => [name, index] as const).reverse());
    poolIndexes.set(resolution, byName);
  }
  return byName.get(groups[group]?.pool ?? '') ?? -1;
}

/** dev_valid_name() of the kernel and what iptables and ha.cf take: 1 to 15 characters, no blank, slash, colon or wildcard. */
export function isInterfaceName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,14}$/.test(name) && name !== 'lo';
}
