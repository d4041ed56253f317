// Ending the access of an account and giving it back: no way in is left open, one administrator always stays, and a link is told once.
import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { getAuth } from '@/lib/auth/auth';
import { getAccountSession, getSessionAccount } from '@/lib/auth/session';
import { watchSessionEnd } from '@/lib/auth/session-ends';
import type { AccountRole } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { makeSignInLink, setAccountEnabled } from './account-access';
import { changeRole, createAccount, listAccounts } from './accounts';
import { getOwnAccount, setOwnPassword } from './own-password';

setUpTestDatabase();

const BASE = 'http://127.0.0.1:3000';
const PASSWORD = 'correct horse battery';
const admin = () => contextOf('admin');
let serial = 0;

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  // Whoever acts; else every other administrator would be the last one.
  const { id, name, email, role } = admin().account;
  await getDb().user.create({ data: { id, name, email, role } });
});

async function create(role: AccountRole = 'operator') {
  serial += 1;
  const input = { name: 'ann', email: `ann-${serial}@example.org`, password: PASSWORD, role };
  return createAccount({ ctx: admin(), input });
}

const enable = (id: string, isEnabled: boolean) => setAccountEnabled({ ctx: admin(), input: { id, isEnabled } });
const makeLink = (id: string) => makeSignInLink({ ctx: admin(), input: { id } });
const auditOf = async (target: string) =>
  (await getDb().auditRow.findMany({ where: { target }, orderBy: { at: 'asc' } })).map(({ action }) => action);
const sessionsOf = (userId: string) => getDb().session.count({ where: { userId } });

/** Of an address of its own, because guesses are slowed down by address. */
function signIn(email: string, password = PASSWORD): Promise<Response> {
  serial += 1;
  const headers = { 'content-type': 'application/json', origin: BASE, 'x-forwarded-for': `198.51.100.${serial}` };
  const init = { method: 'POST', headers, body: JSON.stringify({ email, password }) };
  return getAuth().handler(new Request(`${BASE}/api/auth/sign-in/email`, init));
}

function open(path: string): Promise<Response> {
  serial += 1;
  const headers = { 'x-forwarded-for': `198.51.100.${serial}` };
  return getAuth().handler(new Request(`${BASE}${path}`, { headers }));
}

const cookieOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .find((each) => each.includes('session_token='))
    ?.split(';')[0] ?? '';

describe('a disabled account', () => {
  it('is out at once, comes in neither by password nor by a link made before, and can be let in again', async () => {
    const { id, email } = await create();
    const cookie = cookieOf(await signIn(email));
    const headers = new Headers({ cookie });
    expect(await getAccountSession(headers)).toMatchObject({ account: { email } });
    const { path } = await makeLink(id);
    expect(await enable(id, false)).toMatchObject({ email, isEnabled: false });
    expect([await sessionsOf(id), await getAccountSession(headers)]).toEqual([0, undefined]);
    expect([cookieOf(await open(path)), await sessionsOf(id)]).toEqual(['', 0]);
    expect(await enable(id, true)).toMatchObject({ isEnabled: true });
    expect(cookieOf(await open(path))).toBe('');
    expect((await auditOf(email)).slice(2)).toEqual(['account.sign-in-link', 'account.disable', 'account.enable']);
  });

  it('is told apart from a wrong password only to who knows the right one', async () => {
    const { id, email } = await create();
    await enable(id, false);
    expect((await signIn(email, 'a wrong guess')).status).toBe(401);
    const answer = await signIn(email);
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'ACCOUNT_DISABLED' }]);
    expect(await sessionsOf(id)).toBe(0);
    await enable(id, true);
    expect((await signIn(email)).status).toBe(200);
  });

  it('is out also with a session or a link that came while it was being disabled', async () => {
    const { id, email } = await create();
    const headers = new Headers({ cookie: cookieOf(await signIn(email)) });
    const { path } = await makeSignInLink({ ctx: admin(), input: { id: (await create()).id } });
    await getDb().user.update({ where: { id }, data: { banned: true } });
    expect([await getAccountSession(headers), await getSessionAccount(headers)]).toEqual([undefined, undefined]);
    await getDb().user.updateMany({ data: { banned: true }, where: { email: { startsWith: 'ann-' } } });
    const answer = await open(path);
    expect([cookieOf(answer), answer.headers.get('location')]).toEqual(['', expect.stringContaining('/sign-in?error')]);
    await getDb().user.updateMany({ data: { banned: false } });
  });

  it('ends its streams even when its session is still there', async () => {
    const { id, email } = await create();
    await signIn(email);
    const { id: sessionId } = await getDb().session.findFirstOrThrow({ where: { userId: id } });
    await getDb().user.update({ where: { id }, data: { banned: true } });
    await new Promise<void>((resolve) => watchSessionEnd(sessionId, resolve));
    expect(await sessionsOf(id)).toBe(1);
  });

  it('leaves an audit row exactly when something changed, and shows in the list', async () => {
    const { id, email } = await create();
    for (const isEnabled of [true, false, false]) await enable(id, isEnabled);
    expect(await auditOf(email)).toEqual(['account.create', 'account.disable']);
    const listed = await listAccounts(admin());
    expect(listed.find((each) => each.id === id)).toMatchObject({ isEnabled: false });
  });
});

describe('one administrator', () => {
  it('does not disable or link their own account', async () => {
    const { id } = admin().account;
    await expect(enable(id, false)).rejects.toMatchObject({ code: 'conflict' });
    await expect(makeLink(id)).rejects.toMatchObject({ code: 'conflict', next: 'Ask another administrator.' });
  });

  it('stays, also when two disable each other at the same moment, and a disabled one does not count', async () => {
    const [one, two] = [await create('admin'), await create('admin')];
    await getDb().user.update({ where: { id: admin().account.id }, data: { role: 'viewer' } });
    const results = await Promise.allSettled([one, two].map(({ id }) => enable(id, false)));
    expect(results.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'conflict', message: 'This is the last administrator.' } },
    ]);
    const left = results[0]?.status === 'rejected' ? one : two;
    await expect(changeRole({ ctx: admin(), input: { id: left.id, role: 'viewer' } })).rejects.toMatchObject({
      code: 'conflict',
    });
    await getDb().user.update({ where: { id: admin().account.id }, data: { role: 'admin' } });
  });

  it.each([
    ['disable', (id: string) => setAccountEnabled({ ctx: contextOf('operator'), input: { id, isEnabled: false } })],
    ['link', (id: string) => makeSignInLink({ ctx: contextOf('operator'), input: { id } })],
  ])('is needed to %s an account', async (_what, attempt) => {
    const { id, email } = await create();
    await expect(attempt(id)).rejects.toMatchObject({ code: 'forbidden' });
    expect([await auditOf(email), (await signIn(email)).status]).toEqual([['account.create'], 200]);
  });

  it.each([
    ['disable', (id: string) => enable(id, false)],
    ['link', (id: string) => makeLink(id)],
  ])('is told when there is no account to %s', async (_what, attempt) => {
    await expect(attempt('absent')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a one-time link for an account', () => {
  it('starts it anew: password, sessions and earlier links end, and who opens it sets a password', async () => {
    const { id, email } = await create();
    const { path: earlier } = await makeLink(id);
    const { path, expiresAt } = await makeLink(id);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(3_600_000);
    expect([(await signIn(email)).status, cookieOf(await open(earlier))]).toEqual([401, '']);
    const headers = new Headers({ cookie: cookieOf(await open(path)) });
    expect(cookieOf(await open(path))).toBe('');
    const session = await getAccountSession(headers);
    expect(session?.account.email).toBe(email);
    const ctx = { ...contextOf('operator'), account: session!.account };
    expect(await getOwnAccount({ ctx })).toMatchObject({ hasPassword: false });
    await setOwnPassword({ ctx, input: { password: 'a new horse battery', sessionId: session!.sessionId } });
    expect((await signIn(email, 'a new horse battery')).status).toBe(200);
  });

  it('ends the sessions of that account only', async () => {
    const [ann, bob] = [await create(), await create()];
    for (const { email } of [ann, bob]) await signIn(email);
    const { path } = await makeLink(bob.id);
    await makeLink(ann.id);
    expect([await sessionsOf(ann.id), await sessionsOf(bob.id)]).toEqual([0, 0]);
    expect(cookieOf(await open(path))).not.toBe('');
  });

  it('is audited without what opens it', async () => {
    const { id, email } = await create();
    const { path } = await makeLink(id);
    const token = new URL(path, BASE).searchParams.get('token') ?? randomUUID();
    const rows = await getDb().auditRow.findMany({ where: { target: email } });
    expect(rows.map(({ action }) => action)).toContain('account.sign-in-link');
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('is not made for a disabled one', async () => {
    const { id } = await create();
    await enable(id, false);
    await expect(makeLink(id)).rejects.toMatchObject({ code: 'conflict', next: 'Enable it first.' });
  });
});
