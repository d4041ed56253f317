// Problems by the object that they are of, so that a field or a row does not look through all of them.
import { type Diagnostic, type DiagnosticPath } from '@/lib/core/diagnostic';
import { isWithin } from './document-path';

type Index = { byObject: Map<string, Diagnostic[]>; byKey: Map<string, Diagnostic[]> };
const indexes = new WeakMap<readonly Diagnostic[], Index>();
const NONE: readonly Diagnostic[] = [];

/** `exact`: only problems of the place itself, not of places inside it. */
export function problemsAt(
  diagnostics: readonly Diagnostic[],
  path: DiagnosticPath,
  exact = false,
): readonly Diagnostic[] {
  const near = nearby(diagnostics, path);
  if (near.length === 0) return NONE;
  return near.filter((each) => isWithin(each.path, path) && (!exact || each.path.length === path.length));
}

export function hasErrorsAt(diagnostics: readonly Diagnostic[], path: DiagnosticPath): boolean {
  return nearby(diagnostics, path).some((each) => each.severity === 'error' && isWithin(each.path, path));
}

function nearby(diagnostics: readonly Diagnostic[], [key, item]: DiagnosticPath): readonly Diagnostic[] {
  if (key === undefined) return diagnostics;
  const { byKey, byObject } = indexOf(diagnostics);
  return (item === undefined ? byKey.get(String(key)) : byObject.get(`${key} ${item}`)) ?? NONE;
}

function indexOf(diagnostics: readonly Diagnostic[]): Index {
  const known = indexes.get(diagnostics);
  if (known) return known;
  const index: Index = { byKey: new Map(), byObject: new Map() };
  for (const each of diagnostics) {
    const [key, item] = each.path;
    if (key === undefined) continue;
    push(index.byKey, String(key), each);
    if (item !== undefined) push(index.byObject, `${key} ${item}`, each);
  }
  indexes.set(diagnostics, index);
  return index;
}

function push(map: Map<string, Diagnostic[]>, key: string, value: Diagnostic): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
