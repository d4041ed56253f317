// Finds the line of a place in a YAML file.
import { isAlias, isMap, isScalar, isSeq, type Document, type LineCounter, type ParsedNode } from 'yaml';
import type { DiagnosticPath } from '../core/diagnostic';

/** 1-based line of the key or item; of the nearest part that is in the file when the place itself is not. */
export type Locate = (path: DiagnosticPath) => number;

export function locatorOf(document: Document<ParsedNode>, lines: LineCounter): Locate {
  return (path) => {
    let node: unknown = document.contents;
    let offset = startOf(node) ?? 0;
    for (const part of path) {
      const child = childOf(resolveAlias(node, document), part);
      if (!child) break;
      offset = startOf(child.key) ?? startOf(child.value) ?? offset;
      node = child.value;
    }
    return Math.max(lines.linePos(offset).line, 1);
  };
}

function resolveAlias(node: unknown, document: Document<ParsedNode>): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function childOf(node: unknown, part: string | number): { key: unknown; value: unknown } | undefined {
  if (isSeq(node) && typeof part === 'number') {
    return part < node.items.length ? { key: undefined, value: node.items[part] } : undefined;
  }
  if (!isMap(node)) return undefined;
  return node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === String(part));
}

function startOf(node: unknown): number | undefined {
  const range = node instanceof Object && 'range' in node ? node.range : undefined;
  const start: unknown = Array.isArray(range) ? range[0] : undefined;
  return typeof start === 'number' ? start : undefined;
}
