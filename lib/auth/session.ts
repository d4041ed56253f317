// Who asks: the account behind a request's session cookie.
import 'server-only';
import { accountRoleSchema, type Account } from '@/lib/core/views/account';
import { getAuth } from './auth';

export type AccountSession = { sessionId: string; account: Account };

/** Undefined when nobody is signed in. An unknown role is the lowest one. */
export async function getAccountSession(headers: Headers): Promise<AccountSession | undefined> {
  const session = await getAuth().api.getSession({ headers });
  if (!session) return undefined;
  const { id, name, email, role, createdAt } = session.user;
  const known = accountRoleSchema.catch('viewer').parse(role);
  const account = { id, name, email, role: known, createdAt: new Date(createdAt).toISOString() };
  return { sessionId: session.session.id, account };
}

export async function getSessionAccount(headers: Headers): Promise<Account | undefined> {
  return (await getAccountSession(headers))?.account;
}
