// What "Add group" and its like put into the document, and copies of what is there.
import type {
  DirectorDocument,
  GroupDocument,
  PoolDocument,
  RangeDocument,
  TopologyDocument,
} from '@/lib/core/document';
import { allocateMark } from '@/lib/core/mark-registry';

export type NamedList = 'ranges' | 'pools' | 'groups';
/** The longest name that the schema takes. */
const MOST_CHARACTERS = 63;

export function freeName(stem: string, taken: readonly { name: string }[]): string {
  const names = new Set(taken.map(({ name }) => name));
  if (!names.has(stem)) return stem;
  let number = 2;
  while (names.has(numbered(stem, number))) number += 1;
  return numbered(stem, number);
}

function numbered(stem: string, number: number): string {
  const end = `-${number}`;
  return `${stem.slice(0, MOST_CHARACTERS - end.length)}${end}`;
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
    mark: allocateMark(document),
    matches: [{ range: document.ranges[0]?.name ?? '', protocol: 'tcp', ports: [80] }],
    scheduler: 'rr',
    pool: document.pools[0]?.name ?? '',
  };
}

export function newDirector(document: TopologyDocument): DirectorDocument {
  const [peer] = document.directors;
  const side = (name: 'external' | 'internal') => ({ interface: peer?.[name].interface ?? '', address: '' });
  return { name: freeName('director', document.directors), external: side('external'), internal: side('internal') };
}

/** How many directors the stack works with. */
export function wantedDirectors({ stack }: Pick<TopologyDocument, 'stack'>): number {
  return stack === 'single' ? 1 : 2;
}

/** A copy right behind the original, under a free name; of a group also with a free mark, because a mark is one service. */
export function duplicateObject(document: TopologyDocument, list: NamedList, index: number): TopologyDocument {
  const original = document[list][index];
  if (!original) return document;
  const copy = { ...structuredClone(original), name: freeName(`${stemOf(original.name)}-copy`, document[list]) };
  if (list === 'groups') Object.assign(copy, { mark: allocateMark(document) });
  return { ...document, [list]: (document[list] as unknown[]).toSpliced(index + 1, 0, copy) };
}

const stemOf = (name: string) => name.replace(/-copy(-\d+)?$/, '').slice(0, MOST_CHARACTERS - '-copy'.length);
