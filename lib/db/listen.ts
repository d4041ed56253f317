// Fan-out between processes by LISTEN/NOTIFY: payloads are ids (PostgreSQL allows 8,000 bytes), rows hold the data.
import 'server-only';
import pg from 'pg';
import { databaseUrl, type Db, type Tx } from './client';

export type Channel = 'live' | 'deploy' | 'directors';
const RECONNECT_MS = 1_000;
const CONNECT_MS = 5_000;

/** Delivered when the surrounding transaction commits. */
export async function notify(db: Db | Tx, channel: Channel, payload: string): Promise<void> {
  await db.$executeRaw`SELECT pg_notify(${channel}, ${payload})`;
}

type Listener = (payload: string | undefined) => void;
const listeners: Record<Channel, Set<Listener>> = { live: new Set(), deploy: new Set(), directors: new Set() };
/** One connection per process for all channels; undefined while there is none. */
let connection: Promise<void> | undefined;

/** The connection, opened as often as it takes; only ever one attempt at a time. */
function ensureListening(): Promise<void> {
  connection ??= connectPatiently();
  return connection;
}

async function connectPatiently(): Promise<void> {
  for (;;) {
    try {
      return await connect();
    } catch {
      // The database is away: whoever watches has nothing else to wait for.
      await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS).unref());
    }
  }
}

async function connect(): Promise<void> {
  const client = new pg.Client({
    connectionString: databaseUrl(),
    keepAlive: true,
    connectionTimeoutMillis: CONNECT_MS,
  });
  client.on('error', () => undefined); // `end` follows
  client.on('notification', ({ channel, payload }) => tell(channel as Channel, payload));
  try {
    await client.connect();
    for (const channel of Object.keys(listeners)) await client.query(`LISTEN ${channel}`);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  // From here on only: a failed attempt ends too, and must not begin another one beside the loop above.
  client.on('end', () => void reconnect());
}

async function reconnect(): Promise<void> {
  connection = undefined;
  await ensureListening();
  for (const channel of Object.keys(listeners)) tell(channel as Channel, undefined);
}

function tell(channel: Channel, payload: string | undefined): void {
  listeners[channel]?.forEach((listener) => listener(payload));
}

/**
 * Yields ids until `signal` aborts. `undefined` means read again: it comes first, as soon as nothing can be missed any more,
 * and after a lost connection. An id that waits for a slow reader waits once: it carries no data that could get lost.
 * `readAgainMs`: `undefined` also comes when nothing else came for that long.
 */
export async function* watchChannel(
  channel: Channel,
  signal: AbortSignal,
  { readAgainMs }: { readAgainMs?: number } = {},
): AsyncGenerator<string | undefined> {
  const waiting = new Set<string | undefined>();
  let wake: () => void = () => undefined;
  const onAbort = () => wake();
  const untilWoken = async () => {
    const timer = readAgainMs === undefined ? undefined : setTimeout(() => listener(undefined), readAgainMs);
    await new Promise<void>((resolve) => (wake = resolve));
    clearTimeout(timer);
  };
  const listener: Listener = (payload) => {
    waiting.add(payload);
    wake();
  };
  let isOver = false;
  databaseUrl(); // a console without a database is told so, instead of waiting for it for ever
  signal.addEventListener('abort', onAbort);
  void ensureListening().then(() => {
    if (isOver) return;
    listeners[channel].add(listener);
    listener(undefined);
  });
  try {
    while (!signal.aborted) {
      const [next] = waiting;
      if (waiting.size > 0) {
        waiting.delete(next);
        yield next;
      } else await untilWoken();
    }
  } finally {
    isOver = true;
    listeners[channel].delete(listener);
    signal.removeEventListener('abort', onAbort);
  }
}
