// Whether anybody can administer this console; without one, start prints a one-time link.
import 'server-only';
import { getDb } from '@/lib/db/client';

/** An administrator counts who has signed in once: an unused link leaves an account nobody can enter. */
export async function hasAdministrator(): Promise<boolean> {
  return (
    (await getDb().session.count({ where: { user: { role: 'admin' } } })) > 0 ||
    (await getDb().account.count({ where: { user: { role: 'admin' } } })) > 0
  );
}
