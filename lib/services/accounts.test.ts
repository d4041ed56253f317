// Accounts as verbs: roles, an audit row exactly when something changed, and always one administrator.
import { describe, expect, it } from 'vitest';
import type { AccountRole } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { changeRole, createAccount, listAccounts } from './accounts';

setUpTestDatabase();

const PASSWORD = 'correct horse battery';
const account = (name: string, role: AccountRole) => ({ name, email: `${name}@example.org`, password: PASSWORD, role });
const create = (name: string, role: AccountRole) =>
  createAccount({ ctx: contextOf('admin'), input: account(name, role) });
const auditRows = (target: string) => getDb().auditRow.count({ where: { target } });

describe('an account', () => {
  it('is made with one audit row that does not carry the password', async () => {
    expect(await create('ann', 'operator')).toMatchObject({ email: 'ann@example.org', role: 'operator' });
    expect(await auditRows('ann@example.org')).toBe(1);
    expect(JSON.stringify(await getDb().auditRow.findMany())).not.toContain(PASSWORD);
  });

  it('whose address is taken, in any case of letters, leaves neither a second account nor an audit row', async () => {
    for (const email of ['ann@example.org', 'Ann@Example.org'])
      await expect(
        createAccount({ ctx: contextOf('admin'), input: { ...account('ann', 'viewer'), email } }),
      ).rejects.toMatchObject({ code: 'conflict' });
    expect(await getDb().user.count()).toBe(1);
    expect(await getDb().auditRow.count()).toBe(1);
  });
});

describe('roles', () => {
  it('keep an administrator also when two demote each other at the same moment', async () => {
    const [one, two] = [await create('one', 'admin'), await create('two', 'admin')];
    const results = await Promise.allSettled(
      [one, two].map(({ id }) => changeRole({ ctx: contextOf('admin'), input: { id, role: 'viewer' } })),
    );
    expect(results.filter(({ status }) => status === 'rejected')).toHaveLength(1);
    expect(await getDb().user.count({ where: { role: 'admin' } })).toBe(1);
    const demoted = results[0]?.status === 'fulfilled' ? one : two;
    expect(await auditRows(demoted.email)).toBe(2);
    expect((await auditRows(one.email)) + (await auditRows(two.email))).toBe(3);
  });

  it.each([
    ['list accounts', () => listAccounts(contextOf('operator'))],
    ['make an account', () => createAccount({ ctx: contextOf('operator'), input: account('eve', 'admin') })],
    ['change a role', () => changeRole({ ctx: contextOf('operator'), input: { id: 'x', role: 'admin' } })],
  ])('refuse an operator who wants to %s', async (_what, attempt) => {
    const before = await getDb().auditRow.count();
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getDb().auditRow.count()).toBe(before);
  });
});
