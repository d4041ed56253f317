// A failed request in words: the answer's own next step before the one of its code, and the id that the log has too.
import { describe, expect, it, vi } from 'vitest';
import { api, ApiProblem } from '@/lib/api/client';
import { describeProblem } from './problem';

const detail = 'Because.';
const requestId = '0a1b2c3d-0000-4000-8000-000000000000';
const problem = (status: number, code: string, next?: string) =>
  new ApiProblem(status, code, detail, undefined, undefined, next, requestId);

describe('a failed request', () => {
  it('says the next step that the answer names, whatever its code', () => {
    const frozen = problem(403, 'forbidden', 'Wait for the end of the freeze.');
    expect(describeProblem(frozen)).toMatchObject({ why: detail, next: 'Wait for the end of the freeze.' });
  });

  it.each([
    [403, 'forbidden', /administrator for the role/],
    [409, 'conflict', /newest state/],
    [409, 'busy', /until that has ended/],
    [400, 'unknown', /log of the console/],
  ])('else that of its code (%i %s)', (status, code, next) => {
    expect(describeProblem(problem(status, code)).next).toMatch(next);
  });

  it('has its id in sight where the log of the console says more, and only there', () => {
    const words = (status: number) => describeProblem(problem(status, 'any')).why;
    for (const status of [500, 502, 503]) expect(words(status)).toContain(requestId);
    for (const status of [403, 409, 422]) expect(words(status)).toBe(detail);
  });

  it('is told as the console answered it, with its own next step and its id', async () => {
    const answer = { status: 503, code: 'unavailable', detail, next: 'Start the worker.', requestId };
    vi.stubGlobal('fetch', async () => Response.json(answer, { status: 503 }));
    const error: unknown = await api.getSession().catch((cause: unknown) => cause);
    vi.unstubAllGlobals();
    expect(describeProblem(error)).toMatchObject({ why: `${detail} Request ${requestId}.`, next: 'Start the worker.' });
  });

  it('without an answer is the network', () => {
    expect(describeProblem(new TypeError('Failed to fetch'))).toMatchObject({
      code: 'network',
      detail: 'Failed to fetch',
    });
  });
});
