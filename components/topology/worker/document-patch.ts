// What changed between two versions of a document, found by identity: small enough to hand a worker at every key.
import type { TopologyDocument } from '@/lib/core/document';

/** `items`: only these places of a list of the same length; `value`: the whole thing, undefined = left out. */
type KeyPatch = { value: unknown } | { items: [index: number, value: unknown][] };
export type DocumentPatch = Record<string, KeyPatch>;

/** Of more changed items than this, the list itself is smaller to say. */
const MOST_ITEMS = 200;
const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Everything, when there is no earlier version. Edits keep the identity of what they do not touch (document-path.ts). */
export function diffDocuments(before: TopologyDocument | undefined, after: TopologyDocument): DocumentPatch {
  const old: Record<string, unknown> = before ?? {};
  const next: Record<string, unknown> = after;
  const keys = [...new Set([...Object.keys(old), ...Object.keys(next)])];
  return Object.fromEntries(
    keys.filter((key) => old[key] !== next[key]).map((key) => [key, diffKey(old[key], next[key])]),
  );
}

function diffKey(before: unknown, after: unknown): KeyPatch {
  if (!isList(before) || !isList(after) || before.length !== after.length) return { value: after };
  const items: [number, unknown][] = [];
  for (const [index, item] of after.entries()) if (item !== before[index]) items.push([index, item]);
  return items.length > MOST_ITEMS ? { value: after } : { items };
}

export function applyPatch(document: TopologyDocument | undefined, patch: DocumentPatch): TopologyDocument {
  const next: Record<string, unknown> = { ...document };
  for (const [key, change] of Object.entries(patch)) {
    if ('items' in change) {
      const list = [...(next[key] as unknown[])];
      for (const [index, item] of change.items) list[index] = item;
      next[key] = list;
    } else next[key] = change.value;
  }
  return Object.fromEntries(Object.entries(next).filter(([, value]) => value !== undefined)) as TopologyDocument;
}
