// One's own password: set by whoever knows the current one, or by who has just come by a one-time link; never by a session alone.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { verifyPassword } from '@/lib/auth/passwords';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createAccount } from './accounts';
import { getOwnAccount, setOwnPassword } from './own-password';

setUpTestDatabase();

const FIRST = 'correct horse battery';
const NEXT = 'another horse battery';
let serial = 0;

/** An account, and a session of it that is so old; without a password as one that came by a link. */
async function signedIn({ ageMinutes = 60, hasPassword = true } = {}) {
  serial += 1;
  const input = { name: 'ann', email: `ann-${serial}@example.org`, password: FIRST, role: 'viewer' as const };
  const { id, email } = await createAccount({ ctx: contextOf('admin'), input });
  if (!hasPassword) await getDb().account.deleteMany({ where: { userId: id } });
  const sessionId: string = randomUUID();
  const createdAt = new Date(Date.now() - ageMinutes * 60_000);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const row = { id: sessionId, token: sessionId, userId: id, createdAt, expiresAt };
  const other = randomUUID();
  await getDb().session.createMany({ data: [row, { ...row, id: other, token: other }] });
  const ctx = contextOf('viewer');
  return { ctx: { ...ctx, account: { ...ctx.account, id, email } }, sessionId };
}

type SignedIn = Awaited<ReturnType<typeof signedIn>>;
const set = ({ ctx, sessionId }: SignedIn, current?: string) =>
  setOwnPassword({ ctx, input: { password: NEXT, sessionId, ...(current !== undefined && { current }) } });
const actions = async ({ ctx: { account } }: SignedIn) =>
  (await getDb().auditRow.findMany({ where: { actorId: account.id } })).map(({ action }) => action);

async function isPassword({ ctx: { account } }: SignedIn, password: string): Promise<boolean> {
  const row = await getDb().account.findFirst({ where: { userId: account.id } });
  return row?.password != null && verifyPassword({ hash: row.password, password });
}

describe('an account with a password', () => {
  it.each([
    ['no password', undefined],
    ['a wrong one', 'a wrong guess'],
    ['an empty one', ''],
  ])('refuses a session that shows %s, says which field, and leaves an audit row', async (_what, current) => {
    const ann = await signedIn({ ageMinutes: 0 });
    await expect(set(ann, current)).rejects.toMatchObject({ code: 'invalid', details: { field: 'current' } });
    expect([await isPassword(ann, FIRST), await actions(ann)]).toEqual([true, ['account.password-refused']]);
  });

  it('takes another one from who knows it, and ends every other session', async () => {
    const ann = await signedIn();
    await set(ann, FIRST);
    expect([await isPassword(ann, NEXT), await actions(ann)]).toEqual([true, ['account.password']]);
    const sessions = await getDb().session.findMany({ where: { userId: ann.ctx.account.id } });
    expect(sessions.map(({ id }) => id)).toEqual([ann.sessionId]);
  });

  it('lets nobody guess: after eight wrong ones, also at once, the right one waits', async () => {
    const ann = await signedIn();
    const guesses = await Promise.allSettled(Array.from({ length: 10 }, () => set(ann, 'a wrong guess')));
    const codes = guesses.map((each) => (each.status === 'rejected' ? (each.reason as { code: string }).code : 'set'));
    expect(codes.toSorted()).toEqual(['busy', 'busy', ...Array<string>(8).fill('invalid')]);
    await expect(set(ann, FIRST)).rejects.toMatchObject({ code: 'busy' });
    const bob = await signedIn();
    await set(bob, FIRST);
    await getDb().auditRow.updateMany({ where: { actorId: ann.ctx.account.id }, data: { at: new Date(0) } });
    await set(ann, FIRST);
  });
});

describe('an account without a password', () => {
  it('sets its first one soon after the link', async () => {
    const ann = await signedIn({ hasPassword: false, ageMinutes: 5 });
    expect(await getOwnAccount(ann)).toMatchObject({ email: ann.ctx.account.email, hasPassword: false });
    await set(ann);
    expect([await isPassword(ann, NEXT), await getOwnAccount(ann)]).toMatchObject([true, { hasPassword: true }]);
  });

  it.each([
    ['that is older', (ann: SignedIn) => ann],
    [
      'that is not its own',
      async (ann: SignedIn) => ({ ...ann, sessionId: (await signedIn({ ageMinutes: 1 })).sessionId }),
    ],
    ['that is unknown', (ann: SignedIn) => ({ ...ann, sessionId: 'absent' })],
  ])('refuses a session %s', async (_what, change) => {
    const ann = await signedIn({ hasPassword: false, ageMinutes: 16 });
    await expect(set(await change(ann))).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getDb().account.count({ where: { userId: ann.ctx.account.id } })).toBe(0);
  });

  it('that does not exist gets none, and leaves no audit row', async () => {
    const ann = await signedIn({ hasPassword: false, ageMinutes: 1 });
    await getDb().user.delete({ where: { id: ann.ctx.account.id } });
    await expect(set(ann)).rejects.toThrow();
    expect(await actions(ann)).not.toContain('account.password');
  });
});
