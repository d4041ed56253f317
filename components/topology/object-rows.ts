// What the list of objects shows of each and finds it by; kept per object, so that a key in the search box costs no printing.
import type { GroupDocument, PoolDocument, RangeDocument } from '@/lib/core/document';

type NamedObject = RangeDocument | PoolDocument | GroupDocument;
export type ObjectText = { name: string; summary: string };
export type ObjectRow = ObjectText & { index: number };

const texts = new WeakMap<NamedObject, ObjectText & { found: string }>();

function textOf(object: NamedObject): ObjectText & { found: string } {
  const known = texts.get(object);
  if (known) return known;
  const text = { name: object.name, summary: summaryOf(object), found: foundBy(object).toLowerCase() };
  texts.set(object, text);
  return text;
}

function summaryOf(object: NamedObject): string {
  if ('addresses' in object) return object.addresses;
  if ('matches' in object) return `mark ${object.mark}`;
  const count = object.realServers.length;
  return `${object.forwarding}, ${count} real server${count === 1 ? '' : 's'}`;
}

function foundBy(object: NamedObject): string {
  const words = [object.name, summaryOf(object)];
  if ('matches' in object) words.push(object.pool, ...object.matches.map(({ range }) => range));
  if ('realServers' in object) words.push(...object.realServers.map(({ address }) => address));
  return words.join('\n');
}

/** Those that hold every word, in the order of the document. */
export function findObjects(objects: readonly NamedObject[], query: string): ObjectRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rows: ObjectRow[] = [];
  for (const [index, object] of objects.entries()) {
    const { name, summary, found } = textOf(object);
    if (words.every((word) => found.includes(word))) rows.push({ index, name, summary });
  }
  return rows;
}
