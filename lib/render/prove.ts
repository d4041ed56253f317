// Generated text is read again by our own parser and must give the same model, else nothing is generated at all.
import { invariant } from '../core/errors';
import type { Parsed } from '../parse/parsed';

/** Returns the text; throws an InvariantError that names the file, never its content, when it reads back otherwise. */
export function proven<T>(file: string, model: T, text: string, parse: (text: string) => Parsed<T>): string {
  const { value, diagnostics } = parse(text);
  const [first] = diagnostics;
  invariant(!first, `generated ${file} does not parse: line ${first?.line ?? '?'}, ${first?.code ?? ''}`);
  invariant(isSame(value, model), `generated ${file} does not give back the model it was printed from`);
  return text;
}

/** As JSON would tell them apart: a key without a value is as good as absent, and keys have no order. */
function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((each, at) => isSame(each, b[at]));
  }
  const [one, other] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return (
    Object.keys(one).every((key) => isSame(one[key], other[key])) &&
    Object.keys(other).every((key) => other[key] === undefined || key in one)
  );
}
