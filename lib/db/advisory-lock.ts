// Locks that live as long as a connection: one poller per director over any number of workers; a dead worker frees them at once.
import 'server-only';
import pg from 'pg';
import { databaseUrl } from './client';

const CONNECT_MS = 5_000;

export type HeldLock = {
  release: () => Promise<void>;
  /** Aborts when the connection, and with it the lock, is lost. */
  lost: AbortSignal;
};

/** Undefined when another process holds it. */
export async function tryLock(name: string): Promise<HeldLock | undefined> {
  const client = new pg.Client({
    connectionString: databaseUrl(),
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
  });
  const lost = new AbortController();
  client.on('error', () => lost.abort());
  client.on('end', () => lost.abort());
  let isHeld = false;
  try {
    await client.connect();
    const { rows } = await client.query<{ held: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held',
      [name],
    );
    isHeld = rows[0]?.held === true;
  } finally {
    if (!isHeld) await client.end().catch(() => undefined);
  }
  return isHeld ? { release: () => client.end().catch(() => undefined), lost: lost.signal } : undefined;
}
