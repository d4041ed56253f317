// One-time sign-in links for the first administrator: printed on the terminal of whoever started the console, never sent anywhere.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { AccountRole } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import { invariant } from '@/lib/core/errors';
import { canonicalEmail } from './accounts';
import { capturedLink, getAuth } from './auth';

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
  const captured: { url?: string } = {};
  await capturedLink.run(captured, () =>
    getAuth().api.signInMagicLink({
      body: { email, callbackURL: '/topologies', errorCallbackURL: '/sign-in' },
      headers: new Headers(),
    }),
  );
  invariant(captured.url, 'the link was not captured');
  const made = new URL(captured.url);
  return `${baseUrl}${made.pathname}${made.search}`;
}
