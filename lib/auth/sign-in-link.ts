// One-time sign-in links, never sent anywhere: printed on the terminal of whoever started the console, or shown once to an administrator.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AccountRole, SignInLink } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import { invariant } from '@/lib/core/errors';
import { canonicalEmail } from './accounts';
import { capturedLink, getAuth, LINK_SECONDS } from './auth';

/** The link works once and for an hour; the account is made when absent. */
export async function createSignInLink(input: {
  baseUrl: string;
  email: string;
  name: string;
  role: AccountRole;
}): Promise<string> {
  const { name, role, baseUrl } = input;
  const email = canonicalEmail(input.email);
  await getDb().user.upsert({
    where: { email },
    update: {},
    create: { id: randomUUID(), email, name, role, emailVerified: true },
  });
  return `${baseUrl}${(await linkToAccount(email)).path}`;
}

/** For an account that is there; the path is one of the console, at whatever address it is reached. */
export async function linkToAccount(email: string): Promise<SignInLink> {
  const expiresAt = new Date(Date.now() + LINK_SECONDS * 1000).toISOString();
  const captured: { url?: string } = {};
  await capturedLink.run(captured, () =>
    getAuth().api.signInMagicLink({
      body: { email, callbackURL: '/topologies', errorCallbackURL: '/sign-in' },
      headers: new Headers(),
    }),
  );
  invariant(captured.url, 'the link was not captured');
  const made = new URL(captured.url);
  return { path: `${made.pathname}${made.search}`, expiresAt };
}
