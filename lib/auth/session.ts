// Who asks: the account behind a request's session cookie.
import 'server-only';
import { accountRoleSchema, type Account } from '@/lib/core/views/account';
import { getAuth } from './auth';

/** Undefined when nobody is signed in. */
export async function getSessionId(headers: Headers): Promise<string | undefined> {
  return (await getAuth().api.getSession({ headers }))?.session.id;
}

/** Undefined when nobody is signed in. An unknown role is the lowest one. */
export async function getSessionAccount(headers: Headers): Promise<Account | undefined> {
  const session = await getAuth().api.getSession({ headers });
  if (!session) return undefined;
  const { id, name, email, role, createdAt } = session.user;
  return {
    id,
    name,
    email,
    role: accountRoleSchema.catch('viewer').parse(role),
    createdAt: new Date(createdAt).toISOString(),
  };
}
