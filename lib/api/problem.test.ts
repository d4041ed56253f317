// What a failure tells the person: whose fault it is and what next, and nothing of what only the log may know.
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HostError, ServiceError, type ServiceErrorCode } from '@/lib/core/errors';
import { openDb } from '@/lib/db/client';
import { toProblem } from './problem';

describe('a problem', () => {
  it.each([
    ['unauthenticated', 401],
    ['forbidden', 403],
    ['not-found', 404],
    ['conflict', 409],
    ['busy', 409],
    ['invalid', 422],
    ['unavailable', 503],
  ] satisfies [ServiceErrorCode, number][])(
    'of a refused verb (%s) has status %i, its words and its details',
    (code, status) => {
      const problem = toProblem(new ServiceError(code, 'Because.', { current: 1 }));
      expect(problem).toEqual({ status, code, detail: 'Because.', details: { current: 1 } });
    },
  );

  it('of a refused verb passes on its own next step, when it has one', () => {
    const [taken, other] = [{ next: 'Choose another name.' }, {}].map((options) =>
      toProblem(new ServiceError('conflict', 'Taken.', {}, options)),
    );
    expect([taken?.next, other && 'next' in other]).toEqual(['Choose another name.', false]);
  });

  it('of a director has its code, and not what the tools printed', () => {
    const problem = toProblem(new HostError('time-out', 'No answer.', { host: 'a', stdout: 'key', stderr: 'key' }));
    expect(problem).toMatchObject({ status: 502, code: 'time-out', details: { host: 'a' } });
    expect(JSON.stringify(problem)).not.toContain('key');
  });

  it.each([
    ['a stored row of another form', z.string().safeParse(1).error],
    ['a bug', new TypeError('secret of undefined')],
    ['something that is no error', 'secret'],
  ])('of %s is ours, and tells only where to look', (_what, error) => {
    const problem = toProblem(error);
    expect(problem).toMatchObject({ status: 500, code: 'internal' });
    expect(JSON.stringify(problem)).not.toContain('secret');
  });

  it('of a database that is away says so, also when sign-in wrapped it', async () => {
    const db = openDb('postgresql://app@localhost/x?host=%2Fnonexistent');
    const error: unknown = await db.user.count().catch((cause: unknown) => cause);
    for (const each of [error, new Error('Failed to get session', { cause: error })])
      expect(toProblem(each)).toMatchObject({ status: 503, code: 'unavailable' });
    await db.$disconnect();
  });
});
