// Accounts: an administrator makes them and sets their role.
import 'server-only';
import { z } from 'zod';
import { canonicalEmail, insertAccount } from '@/lib/auth/accounts';
import { hashPassword } from '@/lib/auth/passwords';
import { ServiceError } from '@/lib/core/errors';
import { accountRoleSchema, type Account, type AccountRole } from '@/lib/core/views/account';
import { inTransaction } from '@/lib/db/client';
import type { User } from '@/lib/db/generated/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { passwordSchema } from './own-password';

export const createAccountInput = z.object({
  name: z.string().min(1).max(100),
  email: z.email(),
  password: passwordSchema,
  role: accountRoleSchema,
});

function toAccount({ id, name, email, role, createdAt }: User): Account {
  return { id, name, email, role: accountRoleSchema.catch('viewer').parse(role), createdAt: createdAt.toISOString() };
}

export async function listAccounts(ctx: VerbContext): Promise<Account[]> {
  requireRole(ctx, 'admin');
  return (await ctx.db.user.findMany({ orderBy: { email: 'asc' } })).map(toAccount);
}

export async function createAccount({ ctx, input }: VerbArgs<z.infer<typeof createAccountInput>>): Promise<Account> {
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
    return toAccount(user);
  });
}

/** The last administrator cannot be demoted: nobody could undo it. */
export async function changeRole({ ctx, input }: VerbArgs<{ id: string; role: AccountRole }>): Promise<Account> {
  requireRole(ctx, 'admin');
  const { id, role } = input;
  return inTransaction(ctx.db, async (tx) => {
    // Locked in one order: of two administrators who demote each other the second sees that it is the last.
    await tx.$queryRaw`SELECT 1 FROM "User" WHERE role = 'admin' ORDER BY id FOR UPDATE`;
    const user = await tx.user.findUnique({ where: { id } });
    if (!user) throw new ServiceError('not-found', 'There is no such account.');
    const others = await tx.user.count({ where: { role: 'admin', id: { not: id } } });
    if (role !== 'admin' && others === 0) refuseLast();
    await appendAudit(tx, ctx, {
      action: 'account.role',
      target: user.email,
      before: { role: user.role },
      after: { role },
    });
    return toAccount(await tx.user.update({ where: { id }, data: { role } }));
  });
}

function refuseLast(): never {
  const next = 'Make somebody else an administrator first.';
  throw new ServiceError('conflict', 'This is the last administrator.', {}, { next });
}
