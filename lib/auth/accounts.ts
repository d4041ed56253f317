// Accounts with a password: made by an administrator, the password changed by its owner.
import 'server-only';
import type { AccountRole } from '@/lib/core/views/account';
import { ServiceError } from '@/lib/core/errors';
import { getAuth } from './auth';

/** Throws ServiceError('conflict') when the address is taken. Returns the new account's id. */
export async function createPasswordAccount(input: {
  email: string;
  name: string;
  password: string;
  role: AccountRole;
}): Promise<string> {
  const { internalAdapter, password } = await getAuth().$context;
  if (await internalAdapter.findUserByEmail(input.email))
    throw new ServiceError('conflict', `there is an account for ${input.email} already`);
  const user = await internalAdapter.createUser(
    { email: input.email, name: input.name, emailVerified: true, role: input.role },
    { method: 'admin' },
  );
  await internalAdapter.linkAccount({
    userId: user.id,
    providerId: 'credential',
    accountId: user.id,
    password: await password.hash(input.password),
  });
  return user.id;
}

/** Sets the password of an account that may have none (the first administrator came by a link). */
export async function setPassword(userId: string, newPassword: string): Promise<void> {
  const { internalAdapter, password } = await getAuth().$context;
  const hashed = await password.hash(newPassword);
  const accounts = await internalAdapter.findAccounts(userId);
  if (accounts.some((account) => account.providerId === 'credential'))
    await internalAdapter.updatePassword(userId, hashed);
  else await internalAdapter.linkAccount({ userId, providerId: 'credential', accountId: userId, password: hashed });
}
