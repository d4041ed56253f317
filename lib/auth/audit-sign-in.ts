// Signing in leaves an audit row: a session is what lets somebody change directors.
import 'server-only';
import { getDb } from '@/lib/db/client';

type NewSession = { id: string; userId: string; ipAddress?: string | null | undefined };

export async function auditSignIn({ id, userId, ipAddress }: NewSession): Promise<void> {
  const user = await getDb().user.findUnique({ where: { id: userId } });
  const email = user?.email ?? userId;
  await getDb().auditRow.create({
    data: {
      actorId: userId,
      actor: email,
      action: 'session.sign-in',
      target: email,
      source: ipAddress || 'unknown',
      requestId: id,
    },
  });
}
