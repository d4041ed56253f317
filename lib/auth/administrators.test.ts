// Whether start prints a link: exactly when nobody can come in who administers this console.
import { describe, expect, it } from 'vitest';
import { getDb } from '@/lib/db/client';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { hasAdministrator } from './administrators';

setUpTestDatabase();

const HOUR = 3_600_000;

async function administrator(given: {
  password?: string | null;
  sessionEndsMs?: number;
  role?: string;
  banned?: true;
}) {
  await getDb().user.deleteMany();
  const { id: userId } = await getDb().user.create({
    data: { id: 'a', name: 'a', email: 'a@example.org', role: given.role ?? 'admin', banned: given.banned ?? null },
  });
  if (given.sessionEndsMs !== undefined) {
    const expiresAt = new Date(Date.now() + given.sessionEndsMs);
    await getDb().session.create({ data: { id: 's', token: 't', userId, expiresAt } });
  }
  if (given.password !== undefined)
    await getDb().account.create({
      data: { id: 'c', accountId: userId, providerId: 'credential', userId, password: given.password },
    });
  return hasAdministrator();
}

describe('an administrator', () => {
  it.each([
    ['a link that was not used', {}, false],
    ['a session', { sessionEndsMs: HOUR }, true],
    ['a session that has ended', { sessionEndsMs: -HOUR }, false],
    ['a password', { password: 'hash' }, true],
    ['a password that was taken away', { password: null }, false],
    ['a password and a disabled account', { password: 'hash', banned: true as const }, false],
    ['a password and another role', { password: 'hash', role: 'operator' }, false],
  ])('with %s %o: %s', async (_what, given, counts) => {
    expect(await administrator(given)).toBe(counts);
  });
});
