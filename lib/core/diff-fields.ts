// Two versions of one object of a document, field by field, each value as a person reads it.
import type { MatchDocument } from './document';
import type { FieldChange } from './views/object-change';

type Plain = Record<string, unknown>;
const isPlain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** `skip`: keys that are told elsewhere (a name, a list of objects of their own). Absent objects have no fields. */
export function diffFields(before: object | undefined, after: object | undefined, skip: readonly string[]) {
  const [old, next] = [leavesOf(before ?? {}, skip), leavesOf(after ?? {}, skip)];
  const paths = [...new Set([...old.keys(), ...next.keys()])];
  return paths.flatMap((path) => diffLeaf(path, old.get(path), next.get(path)));
}

/** A list of matches is told match by match: one that stays is not told. */
function diffLeaf(path: string, before: unknown, after: unknown): FieldChange[] {
  if (path === 'matches') return diffMatches(before, after);
  const [old, next] = [printValue(before), printValue(after)];
  return old === next ? [] : [fieldChange(path, old, next)];
}

function diffMatches(before: unknown, after: unknown): FieldChange[] {
  const [old, next] = [printMatches(before), printMatches(after)];
  const [gone, come] = [without(old, next), without(next, old)];
  if (gone.length === 0 && come.length === 0)
    return old.join() === next.join() ? [] : [fieldChange('order of matches', old.join('; '), next.join('; '))];
  return Array.from({ length: Math.max(gone.length, come.length) }, (_, at) =>
    fieldChange('match', gone[at], come[at]),
  );
}

/** Each as often as it stands in `all` more than in `others`. */
function without(all: readonly string[], others: readonly string[]): string[] {
  const left = [...others];
  return all.filter((each) => {
    const at = left.indexOf(each);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function printMatches(value: unknown): string[] {
  return Array.isArray(value) ? (value as MatchDocument[]).map(printMatch) : [];
}

/** `tcp 80, 443 to services from 198.51.100.0/24 on eth2`. */
export function printMatch({ range, protocol, ports, source, interface: device }: MatchDocument): string {
  const what = protocol === 'any' ? 'any protocol' : protocol;
  const where = ports && ports.length > 0 ? ` ${ports.join(', ')}` : '';
  return `${what}${where} to ${range}${source ? ` from ${source}` : ''}${device ? ` on ${device}` : ''}`;
}

function fieldChange(path: string, before: string | undefined, after: string | undefined): FieldChange {
  return { path, ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
}

/** Lists are one leaf. */
function leavesOf(object: object, skip: readonly string[], prefix = ''): Map<string, unknown> {
  return new Map(
    Object.entries(object).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
      if (value === undefined || (prefix === '' && skip.includes(key))) return [];
      return isPlain(value) ? [...leavesOf(value, skip, `${prefix}${key}.`)] : [[prefix + key, value]];
    }),
  );
}

function printValue(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(String).join(', ');
  return String(value);
}
