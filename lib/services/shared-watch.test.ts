// Sharing: one source however many look, the newest value for each, and nothing left when the last one leaves.
import { describe, expect, it } from 'vitest';
import { shareWatch } from './shared-watch';

/** A source that the test feeds. */
function feed() {
  const state = { opened: 0, ended: 0, wake: () => {} };
  const values: (number | Error)[] = [];
  const watch = shareWatch<number>(async function* source(_key, signal) {
    state.opened += 1;
    signal.addEventListener('abort', () => state.wake());
    try {
      while (!signal.aborted) {
        const next = values.shift();
        if (next instanceof Error) throw next;
        if (next !== undefined) yield next;
        else await new Promise<void>((resolve) => (state.wake = resolve));
      }
    } finally {
      state.ended += 1;
    }
  });
  const tell = async (...more: (number | Error)[]) => {
    values.push(...more);
    state.wake();
    await new Promise((resolve) => setTimeout(resolve, 5));
  };
  return { state, watch, tell };
}

describe('a shared watch', () => {
  it('opens one source for all, gives each the newest value, and skips what a slow viewer missed', async () => {
    const { state, watch, tell } = feed();
    const control = new AbortController();
    const [fast, slow] = [watch('a', control.signal), watch('a', control.signal)];
    const first = [fast.next(), slow.next()];
    await tell(1);
    expect((await Promise.all(first)).map(({ value }) => value as number)).toEqual([1, 1]);
    await tell(2);
    expect((await fast.next()).value).toBe(2);
    await tell(3, 4, 5);
    expect((await slow.next()).value).toBe(5);
    expect((await fast.next()).value).toBe(5);
    expect(state.opened).toBe(1);
    const late = watch('a', control.signal);
    expect((await late.next()).value).toBe(5);
    control.abort();
    expect((await Promise.all([fast.next(), slow.next(), late.next()])).map(({ done }) => done)).toEqual([
      true,
      true,
      true,
    ]);
    await tell();
    expect(state.ended).toBe(1);
  });

  it('goes on for the others when one leaves, and begins anew for one who comes after the last', async () => {
    const { state, watch, tell } = feed();
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const [one, other] = [watch('a', leaving.signal), watch('a', staying.signal)];
    const both = [one.next(), other.next()];
    await tell(1);
    await Promise.all(both);
    leaving.abort();
    expect((await one.next()).done).toBe(true);
    await tell(2);
    expect((await other.next()).value).toBe(2);
    await other.return(undefined);
    await tell();
    expect([state.opened, state.ended]).toEqual([1, 1]);
    const again = watch('a', new AbortController().signal);
    const next = again.next();
    await tell(3);
    expect([(await next).value, state.opened]).toEqual([3, 2]);
    await again.return(undefined);
  });

  it('tells every viewer why the source failed, and tries again for the next one', async () => {
    const { state, watch, tell } = feed();
    const { signal } = new AbortController();
    const waits = [watch('a', signal), watch('a', signal)].map((each) => each.next());
    const outcomes = Promise.allSettled(waits);
    await tell(new Error('away'));
    expect((await outcomes).map((each) => each.status)).toEqual(['rejected', 'rejected']);
    const next = watch('a', signal).next();
    await tell(7);
    expect([(await next).value, state.opened]).toEqual([7, 2]);
  });
});
