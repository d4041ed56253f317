// Whether anybody can administer this console; without one, start prints a one-time link.
import 'server-only';
import { getDb } from '@/lib/db/client';
import { enabled } from '@/lib/db/entitled';

/** An administrator counts who is in or has a password: an unused link, or a session that has ended, leaves an account nobody can enter. */
export async function hasAdministrator(): Promise<boolean> {
  const user = { role: 'admin', ...enabled };
  return (
    (await getDb().session.count({ where: { user, expiresAt: { gt: new Date() } } })) > 0 ||
    (await getDb().account.count({ where: { user, password: { not: null } } })) > 0
  );
}
