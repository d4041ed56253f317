// Re-applies one person's edits on top of a revision that someone else saved meanwhile (three-way, by object name).
import type { TopologyDocument } from '@/lib/core/document';
import { mergeOrder } from './merge-order';
import { isSameValue } from './same-value';

export type Merged = {
  document: TopologyDocument;
  /** Places that both changed; the edits of this browser were kept. */ conflicts: string[];
};

type Plain = Record<string, unknown>;
type Named = { name: string };
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamedList = (value: unknown): value is Named[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isPlain(item) && typeof item.name === 'string');

export function mergeDocuments(base: TopologyDocument, mine: TopologyDocument, theirs: TopologyDocument): Merged {
  const conflicts: string[] = [];
  const document = mergeValue(base, mine, theirs, '', conflicts) as TopologyDocument;
  return { document, conflicts };
}

function mergeValue(base: unknown, mine: unknown, theirs: unknown, place: string, conflicts: string[]): unknown {
  if (isSameValue(mine, theirs) || isSameValue(base, theirs)) return mine;
  if (isSameValue(base, mine)) return theirs;
  if (isPlain(mine) && isPlain(theirs)) return mergePlain(isPlain(base) ? base : {}, mine, theirs, place, conflicts);
  if (isNamedList(mine) && isNamedList(theirs)) {
    const lists = [isNamedList(base) ? base : [], mine, theirs] as const;
    // Two of one name cannot be told apart: the whole list is what both changed.
    if (lists.every(hasNoTwins)) return mergeNamed(...lists, place, conflicts);
  }
  conflicts.push(place);
  return mine;
}

function mergePlain(base: Plain, mine: Plain, theirs: Plain, place: string, conflicts: string[]): Plain {
  const keys = [...new Set([...Object.keys(mine), ...Object.keys(theirs)])];
  const merged = keys.map((key): [string, unknown] => [
    key,
    mergeValue(base[key], mine[key], theirs[key], place === '' ? key : `${place}.${key}`, conflicts),
  ]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

const hasNoTwins = (list: readonly Named[]) => new Set(namesOf(list)).size === list.length;
const namesOf = (list: readonly Named[]) => list.map(({ name }) => name);

function mergeNamed(base: Named[], mine: Named[], theirs: Named[], place: string, conflicts: string[]): unknown[] {
  const { names, isContested } = mergeOrder(namesOf(base), namesOf(mine), namesOf(theirs));
  if (isContested) conflicts.push(`${place} (order)`);
  // A map, not an object: an object would put a name of digits first.
  const [was, is, become] = [base, mine, theirs].map((list) => new Map(list.map((item) => [item.name, item])));
  return names.flatMap((name) => {
    const merged = mergeValue(was?.get(name), is?.get(name), become?.get(name), `${place}.${name}`, conflicts);
    return merged === undefined ? [] : [merged];
  });
}
