// Reads and changes one place of a topology document; never changes the document in place.
import type { DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';

function childOf(value: unknown, key: string | number): unknown {
  if (Array.isArray(value)) return typeof key === 'number' ? value[key] : undefined;
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}

export function getAt(document: unknown, path: DiagnosticPath): unknown {
  return path.reduce<unknown>(childOf, document);
}

function replaceAt(value: unknown, path: DiagnosticPath, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  const child = replaceAt(childOf(value, key), rest, next);
  if (Array.isArray(value)) return value.map((item: unknown, index) => (index === key ? child : item));
  // An absent key is how the document says "left out"; the order of keys stays.
  const entries = Object.entries({ ...(value as object), [key]: child });
  return Object.fromEntries(entries.filter(([name]) => child !== undefined || name !== String(key)));
}

/** `next` undefined removes the key. */
export function setAt(document: TopologyDocument, path: DiagnosticPath, next: unknown): TopologyDocument {
  return replaceAt(document, path, next) as TopologyDocument;
}

export function appendAt(document: TopologyDocument, path: DiagnosticPath, item: unknown): TopologyDocument {
  const list = getAt(document, path);
  return setAt(document, path, [...(Array.isArray(list) ? (list as unknown[]) : []), item]);
}

export function removeAt(document: TopologyDocument, path: DiagnosticPath, index: number): TopologyDocument {
  const list = getAt(document, path);
  return Array.isArray(list)
    ? setAt(
        document,
        path,
        list.filter((_item, i) => i !== index),
      )
    : document;
}

/** Moves one item of a list to another place; order matters for groups and matches: the later one wins. */
export function moveTo(document: TopologyDocument, path: DiagnosticPath, from: number, to: number): TopologyDocument {
  const list = getAt(document, path);
  if (!Array.isArray(list) || from === to || to < 0 || to >= list.length) return document;
  const next: unknown[] = [...(list as unknown[])];
  const [item] = next.splice(from, 1);
  next.splice(to, 0, item);
  return setAt(document, path, next);
}

export function isWithin(path: DiagnosticPath, ancestor: DiagnosticPath): boolean {
  return ancestor.every((part, index) => path[index] === part);
}
