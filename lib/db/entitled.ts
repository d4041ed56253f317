// Which accounts may do something now: neither of somebody who was shut out since, nor of one whose role is less by now.
import 'server-only';
import type { AccountRole } from '@/lib/core/views/account';
import type { Tx } from './client';

/** Accounts that are not disabled; better-auth's column may be null. */
export const enabled = { OR: [{ banned: null }, { banned: false }] };

/** Of these addresses those whose account is enabled and has one of these roles now. */
export async function listEntitled(tx: Tx, emails: string[], roles: AccountRole[]): Promise<Set<string>> {
  const where = { email: { in: emails }, role: { in: roles }, ...enabled };
  return new Set((await tx.user.findMany({ where, select: { email: true } })).map(({ email }) => email));
}
