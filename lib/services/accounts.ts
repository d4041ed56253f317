// Accounts: an administrator makes them and sets their role.
import 'server-only';
import { z } from 'zod';
import { canonicalEmail, insertAccount } from '@/lib/auth/accounts';
import { hashPassword } from '@/lib/auth/passwords';
import { accountRoleSchema, type AccountRole, type ManagedAccount } from '@/lib/core/views/account';
import { inTransaction } from '@/lib/db/client';
import { lockAccount, refuseLastAdministrator, toManagedAccount } from './account-rows';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { passwordSchema } from './own-password';

export const createAccountInput = z.object({
  name: z.string().min(1).max(100),
  email: z.email(),
  password: passwordSchema,
  role: accountRoleSchema,
});

export async function listAccounts(ctx: VerbContext): Promise<ManagedAccount[]> {
  requireRole(ctx, 'admin');
  return (await ctx.db.user.findMany({ orderBy: { email: 'asc' } })).map(toManagedAccount);
}

export async function createAccount({
  ctx,
  input,
}: VerbArgs<z.infer<typeof createAccountInput>>): Promise<ManagedAccount> {
  requireRole(ctx, 'admin');
  const { name, email, role, password } = createAccountInput.parse(input);
  const passwordHash = await hashPassword(password);
  return inTransaction(ctx.db, async (tx) => {
    const user = await insertAccount(tx, { name, email, role, passwordHash });
    await appendAudit(tx, ctx, {
      action: 'account.create',
      target: canonicalEmail(email),
      after: { name, email: user.email, role },
    });
    return toManagedAccount(user);
  });
}

export async function changeRole({ ctx, input }: VerbArgs<{ id: string; role: AccountRole }>): Promise<ManagedAccount> {
  requireRole(ctx, 'admin');
  const { id, role } = input;
  return inTransaction(ctx.db, async (tx) => {
    const user = await lockAccount(tx, id);
    if (role !== 'admin') await refuseLastAdministrator(tx, id);
    await appendAudit(tx, ctx, {
      action: 'account.role',
      target: user.email,
      before: { role: user.role },
      after: { role },
    });
    return toManagedAccount(await tx.user.update({ where: { id }, data: { role } }));
  });
}
