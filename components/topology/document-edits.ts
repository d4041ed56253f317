// What "Add group" and its like put into the document, and renames that keep every reference.
import type { GroupDocument, PoolDocument, RangeDocument, TopologyDocument } from '@/lib/core/document';

function freeName(stem: string, taken: readonly { name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name));
  if (!names.has(stem)) return stem;
  let number = 2;
  while (names.has(`${stem}-${number}`)) number += 1;
  return `${stem}-${number}`;
}

export function freeMark(document: TopologyDocument): number {
  const used = new Set(document.groups.map(({ mark }) => mark));
  let mark = 1;
  while (used.has(mark)) mark += 1;
  return mark;
}

export function newRange(document: TopologyDocument): RangeDocument {
  return { name: freeName('range', document.ranges), addresses: '' };
}

export function newPool(document: TopologyDocument): PoolDocument {
  return {
    name: freeName('pool', document.pools),
    forwarding: 'masq',
    realServers: [],
    healthCheck: { type: 'connect', port: 80, intervalSeconds: 10, timeoutSeconds: 3 },
  };
}

export function newGroup(document: TopologyDocument): GroupDocument {
  return {
    name: freeName('group', document.groups),
    mark: freeMark(document),
    matches: [{ range: document.ranges[0]?.name ?? '', protocol: 'tcp', ports: [80] }],
    scheduler: 'rr',
    pool: document.pools[0]?.name ?? '',
  };
}

type NamedList = 'ranges' | 'pools' | 'groups';

/** Renames an object and every place that refers to it by name. */
export function renameObject(
  document: TopologyDocument,
  list: NamedList,
  index: number,
  name: string,
): TopologyDocument {
  const old = document[list][index]?.name;
  const isOnlyOne = document[list].filter((each) => each.name === old).length === 1;
  const renamed = { ...document, [list]: document[list].map((each, i) => (i === index ? { ...each, name } : each)) };
  return old === undefined || old === '' || !isOnlyOne ? renamed : renameReferences(renamed, list, old, name);
}

function renameReferences(document: TopologyDocument, list: NamedList, old: string, name: string): TopologyDocument {
  const rename = (value: string) => (value === old ? name : value);
  const groups = document.groups.map((group): GroupDocument => {
    if (list === 'ranges') return { ...group, matches: group.matches.map((m) => ({ ...m, range: rename(m.range) })) };
    if (list === 'pools') return { ...group, pool: rename(group.pool) };
    return group.overrides ? { ...group, overrides: group.overrides.map(rename) } : group;
  });
  return { ...document, groups };
}
