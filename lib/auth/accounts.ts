// Accounts as rows of better-auth's tables, read and written here, so that a change and its audit row share a transaction.
import 'server-only';
import { randomUUID } from 'node:crypto';
import { ServiceError } from '@/lib/core/errors';
import type { AccountRole } from '@/lib/core/views/account';
import type { Tx } from '@/lib/db/client';
import type { User } from '@/lib/db/generated/client';

/** Sign-in looks addresses up in small letters. */
export const canonicalEmail = (email: string) => email.trim().toLowerCase();

type NewAccount = { email: string; name: string; role: AccountRole; passwordHash: string };

/** Throws ServiceError('conflict') when the address is taken. */
export async function insertAccount(tx: Tx, { email, name, role, passwordHash }: NewAccount): Promise<User> {
  const address = canonicalEmail(email);
  const { count } = await tx.user.createMany({
    data: [{ id: randomUUID(), email: address, name, role, emailVerified: true }],
    skipDuplicates: true,
  });
  if (count === 0) {
    const next = 'Use another address, or change the account that is there.';
    throw new ServiceError('conflict', `There is an account for ${address} already.`, {}, { next });
  }
  const user = await tx.user.findUniqueOrThrow({ where: { email: address } });
  await writePassword(tx, user.id, passwordHash);
  return user;
}

/** The stored hash; undefined for an account that has no password. */
export async function readPassword(tx: Tx, userId: string): Promise<string | undefined> {
  const row = await tx.account.findFirst({ where: { userId, providerId: 'credential', password: { not: null } } });
  return row?.password ?? undefined;
}

export async function removePassword(tx: Tx, userId: string): Promise<void> {
  await tx.account.deleteMany({ where: { userId, providerId: 'credential' } });
}

/** Ends every session of the account, and every one-time link that was made for it. */
export async function signOutEverywhere(tx: Tx, { id, email }: Pick<User, 'id' | 'email'>): Promise<void> {
  await tx.session.deleteMany({ where: { userId: id } });
  const named = `"email":${JSON.stringify(email)}`;
  await tx.$executeRaw`DELETE FROM "Verification" WHERE "identifier" LIKE 'magic-link:%' AND strpos("value", ${named}) > 0`;
}

/** Also for an account that has none: the first administrator came by a link. */
export async function writePassword(tx: Tx, userId: string, passwordHash: string): Promise<void> {
  const credential = { userId, providerId: 'credential' };
  const { count } = await tx.account.updateMany({ where: credential, data: { password: passwordHash } });
  if (count > 0) return;
  await tx.account.create({ data: { ...credential, id: randomUUID(), accountId: userId, password: passwordHash } });
}
