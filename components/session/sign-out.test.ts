// Signing out never pretends to have worked.
import { afterEach, describe, expect, it, vi } from 'vitest';
import { signOutAndLeave } from './sign-out';

const left = vi.fn();
const answerWith = (fetched: () => Promise<Response>) => {
  vi.stubGlobal('location', { assign: left });
  vi.stubGlobal('fetch', fetched);
};

afterEach(() => {
  vi.unstubAllGlobals();
  left.mockClear();
});

describe('signing out', () => {
  it('leads to the sign-in page when the session has ended', async () => {
    answerWith(async () => Response.json({ success: true }));
    expect(await signOutAndLeave()).toBeUndefined();
    expect(left.mock.calls).toEqual([['/sign-in']]);
  });

  it.each([
    ['no answer', () => Promise.reject(new TypeError('Failed to fetch')), /did not answer/],
    ['an error of the console', async () => Response.json({}, { status: 500 }), /Status 500/],
    ['a refusal', async () => Response.json({ message: 'Invalid origin' }, { status: 403 }), /Invalid origin/],
  ])('stays and says why after %s', async (_what, fetched, why) => {
    answerWith(fetched);
    expect((await signOutAndLeave())?.message).toMatch(why);
    expect(left).not.toHaveBeenCalled();
  });
});
