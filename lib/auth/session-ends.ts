// Tells open streams that their session is over (signed out here or elsewhere, expired, account disabled): one query for all of them.
import 'server-only';
import { getDb } from '@/lib/db/client';
import { enabled } from '@/lib/db/entitled';

const LOOK_MS = 2_000;
const watchers = new Map<string, Set<() => void>>();
let timer: NodeJS.Timeout | undefined;

/** Calls `onEnd` within about two seconds of the end. The answer stops watching. */
export function watchSessionEnd(sessionId: string, onEnd: () => void): () => void {
  const ends = watchers.get(sessionId) ?? new Set();
  watchers.set(sessionId, ends.add(onEnd));
  timer ??= setTimeout(() => void look(), LOOK_MS).unref();
  return () => {
    ends.delete(onEnd);
    if (ends.size === 0 && watchers.get(sessionId) === ends) watchers.delete(sessionId);
  };
}

async function look(): Promise<void> {
  // A database that is away ends nobody's session: the streams have an age of their own.
  const ended = await listEnded([...watchers.keys()]).catch(() => []);
  for (const id of ended) {
    const ends = watchers.get(id);
    watchers.delete(id);
    ends?.forEach((end) => end());
  }
  timer = watchers.size === 0 ? undefined : setTimeout(() => void look(), LOOK_MS).unref();
}

async function listEnded(ids: string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const alive = await getDb().session.findMany({
    where: { id: { in: ids }, expiresAt: { gt: new Date() }, user: enabled },
    select: { id: true },
  });
  const known = new Set(alive.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}
