// Re-applies one person's edits on top of a revision that someone else saved meanwhile (three-way, by object name).
import type { TopologyDocument } from '@/lib/core/document';

export type Merged = {
  document: TopologyDocument;
  /** Places that both changed; the edits of this browser were kept. */ conflicts: string[];
};

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isNamedList = (value: unknown): value is { name: string }[] =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isPlain(item) && typeof item.name === 'string');
/** Whatever the order of keys: the server answers in the order of the schema, an edit appends. */
export const isSame = (a: unknown, b: unknown) => printSorted(a) === printSorted(b);

function printSorted(value: unknown): string {
  return JSON.stringify(value, (_key, each: unknown) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([x], [y]) => (x < y ? -1 : 1)))
      : each,
  );
}

export function mergeDocuments(base: TopologyDocument, mine: TopologyDocument, theirs: TopologyDocument): Merged {
  const conflicts: string[] = [];
  const document = mergeValue(base, mine, theirs, '', conflicts) as TopologyDocument;
  return { document, conflicts };
}

function mergeValue(base: unknown, mine: unknown, theirs: unknown, place: string, conflicts: string[]): unknown {
  if (isSame(mine, theirs) || isSame(base, theirs)) return mine;
  if (isSame(base, mine)) return theirs;
  if (isPlain(mine) && isPlain(theirs)) return mergePlain(isPlain(base) ? base : {}, mine, theirs, place, conflicts);
  if ([mine, theirs].every(isNamedList)) {
    const named = (list: unknown) =>
      Object.fromEntries((isNamedList(list) ? list : []).map((item) => [item.name, item]));
    return Object.values(mergePlain(named(base), named(mine), named(theirs), place, conflicts));
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
