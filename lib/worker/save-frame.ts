// Stores the newest frame of a director and tells every web of it, in one transaction.
import 'server-only';
import type { LiveHost } from '../core/views/live';
import type { Db } from '../db/client';

export async function saveFrame(db: Db, directorId: string, frame: LiveHost): Promise<void> {
  const stored = JSON.parse(JSON.stringify(frame)) as object;
  await db.$transaction([
    db.liveFrame.upsert({ where: { directorId }, create: { directorId, frame: stored }, update: { frame: stored } }),
    db.$executeRaw`SELECT pg_notify('live', ${directorId})`,
  ]);
}
