// Rows of accounts for the verbs about them, and that one administrator always stays.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import { accountRoleSchema, type ManagedAccount } from '@/lib/core/views/account';
import type { Tx } from '@/lib/db/client';
import { enabled } from '@/lib/db/entitled';
import type { User } from '@/lib/db/generated/client';

export function toManagedAccount({ id, name, email, role, banned, createdAt }: User): ManagedAccount {
  const known = accountRoleSchema.catch('viewer').parse(role);
  return { id, name, email, role: known, isEnabled: banned !== true, createdAt: createdAt.toISOString() };
}

/** Locked, with every administrator in one order: of two who demote or disable each other the second sees that it is the last. */
export async function lockAccount(tx: Tx, id: string): Promise<User> {
  await tx.$queryRaw`SELECT 1 FROM "User" WHERE role = 'admin' OR id = ${id} ORDER BY id FOR UPDATE`;
  const user = await tx.user.findUnique({ where: { id } });
  if (!user) throw new ServiceError('not-found', 'There is no such account.');
  return user;
}

/** Nobody could undo it. Throws ServiceError('conflict') when only this account is an administrator who can come in. */
export async function refuseLastAdministrator(tx: Tx, id: string): Promise<void> {
  if ((await tx.user.count({ where: { role: 'admin', id: { not: id }, ...enabled } })) > 0) return;
  const next = 'Make somebody else an administrator first.';
  throw new ServiceError('conflict', 'This is the last administrator.', {}, { next });
}
