// Who runs a verb, and what that role may do; every verb authorizes first.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import { rolesFrom, type Account, type AccountRole } from '@/lib/core/views/account';
import { getDb, type Db } from '@/lib/db/client';

/** `source`: address of the request, or `terminal` for what the supervisor does itself. */
export type VerbContext = { account: Account; source: string; requestId: string; db: Db };
export type VerbArgs<Input> = { ctx: VerbContext; input: Input };

/** Throws ServiceError('forbidden') that names the role that would do. */
export function requireRole(ctx: VerbContext, least: AccountRole): void {
  if (rolesFrom(least).includes(ctx.account.role)) return;
  throw new ServiceError('forbidden', `This needs the role ${least}; ${ctx.account.email} is ${ctx.account.role}.`);
}

/** For the supervisor and the demo: whoever started the process is root or owns the data folder anyway. */
export function terminalContext(name: string): VerbContext {
  const account: Account = { id: name, name, email: name, role: 'admin', createdAt: new Date(0).toISOString() };
  return { account, source: 'terminal', requestId: name, db: getDb() };
}

export function openContext(account: Account, source: string, requestId: string): VerbContext {
  return { account, source, requestId, db: getDb() };
}
