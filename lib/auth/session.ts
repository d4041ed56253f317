// Who asks: the account behind a request's session cookie.
import 'server-only';
import { accountRoleSchema, type Account } from '@/lib/core/views/account';
import { getAuth } from './auth';

/** `renewedCookies`: the session slides while it is used, and the answer has to take the browser's cookie along. */
export type AccountSession = { sessionId: string; account: Account; renewedCookies: string[] };
type SessionUser = { id: string; name: string; email: string; role?: unknown; createdAt: Date };

/** Undefined when nobody is signed in; that answer sets no cookie, because a new sign-in may have come between. */
export async function getAccountSession(headers: Headers): Promise<AccountSession | undefined> {
  const { response: found, headers: answer } = await getAuth().api.getSession({ headers, returnHeaders: true });
  if (!found || isDisabled(found.user)) return undefined;
  return { sessionId: found.session.id, account: toAccount(found.user), renewedCookies: answer.getSetCookie() };
}

/** For a page, which cannot set a cookie: it leaves the renewal to the requests that the page will make. */
export async function getSessionAccount(headers: Headers): Promise<Account | undefined> {
  const found = await getAuth().api.getSession({ headers, query: { disableRefresh: true } });
  return found && !isDisabled(found.user) ? toAccount(found.user) : undefined;
}

/** A sign-in may have come between the look at the account and the end of its sessions. */
const isDisabled = ({ banned }: { banned?: boolean | null | undefined }) => banned === true;

/** An unknown role is the lowest one. */
function toAccount({ id, name, email, role, createdAt }: SessionUser): Account {
  const known = accountRoleSchema.catch('viewer').parse(role);
  return { id, name, email, role: known, createdAt: new Date(createdAt).toISOString() };
}
