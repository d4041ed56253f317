// Generated text is read again by our own parser and must give the same model, else nothing is generated at all.
import { invariant } from '../core/errors';
import type { Parsed } from '../parse/parsed';

/** Returns the text; throws an InvariantError that names the file, never its content, when it reads back otherwise. */
export function proven<T>(file: string, model: T, text: string, parse: (text: string) => Parsed<T>): string {
  const { value, diagnostics } = parse(text);
  const [first] = diagnostics;
  invariant(!first, `generated ${file} does not parse: line ${first?.line ?? '?'}, ${first?.code ?? ''}`);
  invariant(
    canonical(value) === canonical(model),
    `generated ${file} does not give back the model it was printed from`,
  );
  return text;
}

/** Objects by sorted keys, so that only values decide. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}
