// Nobody signs in to a disabled account, whatever the way.
import 'server-only';
import { APIError } from 'better-auth/api';
import { getDb } from '@/lib/db/client';

/** False makes no session: so a one-time link leads back to the sign-in page. A password is answered with 403. */
export async function refuseDisabled({ userId }: { userId: string }, context: { path?: string } | null) {
  const user = await getDb().user.findUnique({ where: { id: userId }, select: { banned: true } });
  if (user?.banned !== true) return undefined;
  if (context?.path?.startsWith('/magic-link')) return false;
  throw new APIError('FORBIDDEN', { message: 'This account is disabled.', code: 'ACCOUNT_DISABLED' });
}
