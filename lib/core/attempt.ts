// The outcome of reading one small piece of text: a value, or a sentence that says why there is none.
export type Attempt<T> = { ok: true; value: T } | { ok: false; problem: string };

export function success<T>(value: T): Attempt<T> {
  return { ok: true, value };
}

export function failure(problem: string): { ok: false; problem: string } {
  return { ok: false, problem };
}
