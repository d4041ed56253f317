// An administrator ends the access of an account, gives it back, or starts it anew by a one-time link.
import 'server-only';
import { removePassword, signOutEverywhere } from '@/lib/auth/accounts';
import { linkToAccount } from '@/lib/auth/sign-in-link';
import { ServiceError } from '@/lib/core/errors';
import type { ManagedAccount, SignInLink } from '@/lib/core/views/account';
import { inTransaction } from '@/lib/db/client';
import { lockAccount, refuseLastAdministrator, toManagedAccount } from './account-rows';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';

/** Disabling ends every session and link of the account at once. Throws ServiceError('conflict') for one's own, and for the last administrator. */
export async function setAccountEnabled({
  ctx,
  input,
}: VerbArgs<{ id: string; isEnabled: boolean }>): Promise<ManagedAccount> {
  requireRole(ctx, 'admin');
  const { id, isEnabled } = input;
  refuseOwn(ctx, id);
  return inTransaction(ctx.db, async (tx) => {
    const user = await lockAccount(tx, id);
    const before = toManagedAccount(user);
    if (before.isEnabled === isEnabled) return before;
    if (!isEnabled) await refuseLastAdministrator(tx, id);
    await signOutEverywhere(tx, user);
    await appendAudit(tx, ctx, { action: isEnabled ? 'account.enable' : 'account.disable', target: user.email });
    return toManagedAccount(await tx.user.update({ where: { id }, data: { banned: !isEnabled } }));
  });
}

/**
 * For who has forgotten the password, and for an account that others may have got hold of: its password, its sessions and its
 * earlier links end, and whoever opens the link sets a new password. Throws ServiceError('conflict') for one's own or a disabled one.
 */
export async function makeSignInLink({ ctx, input }: VerbArgs<{ id: string }>): Promise<SignInLink> {
  requireRole(ctx, 'admin');
  refuseOwn(ctx, input.id);
  const email = await inTransaction(ctx.db, async (tx) => {
    const user = await lockAccount(tx, input.id);
    if (user.banned === true)
      throw new ServiceError('conflict', 'This account is disabled.', {}, { next: 'Enable it first.' });
    await signOutEverywhere(tx, user);
    await removePassword(tx, user.id);
    await appendAudit(tx, ctx, { action: 'account.sign-in-link', target: user.email });
    return user.email;
  });
  return linkToAccount(email);
}

/** Nobody shuts themselves out, and a session alone gets nobody a new password. */
function refuseOwn({ account }: VerbContext, id: string): void {
  if (account.id !== id) return;
  throw new ServiceError('conflict', 'This is your own account.', {}, { next: 'Ask another administrator.' });
}
