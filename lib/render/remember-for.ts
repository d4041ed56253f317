// What was computed from one value is kept as long as that value: two directors mostly need the same, and so does a second look.

const known = new WeakMap<object, Map<string, unknown>>();

/** `key` must name everything else that the result depends on. `value` must never be changed: a resolved topology, a list made once. */
export function rememberFor<T>(value: object, key: string, make: () => T): T {
  const results = known.get(value) ?? new Map<string, unknown>();
  known.set(value, results);
  if (!results.has(key)) results.set(key, make());
  return results.get(key) as T;
}
