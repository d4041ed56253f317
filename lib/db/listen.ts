// Fan-out between processes by LISTEN/NOTIFY: payloads are ids (PostgreSQL allows 8,000 bytes), rows hold the data.
import 'server-only';
import pg from 'pg';
import { databaseUrl, type Db, type Tx } from './client';

export type Channel = 'live' | 'deploy' | 'directors';
const RECONNECT_MS = 1_000;

/** Delivered when the surrounding transaction commits. */
export async function notify(db: Db | Tx, channel: Channel, payload: string): Promise<void> {
  await db.$executeRaw`SELECT pg_notify(${channel}, ${payload})`;
}

type Listener = (payload: string | undefined) => void;
const listeners: Record<Channel, Set<Listener>> = { live: new Set(), deploy: new Set(), directors: new Set() };
let connecting: Promise<void> | undefined;

/** One connection per process for all channels; `undefined` is sent after a reconnect: something may have been missed, read again. */
function ensureListening(): Promise<void> {
  connecting ??= connect();
  return connecting;
}

async function connect(): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl(), keepAlive: true });
  client.on('notification', ({ channel, payload }) =>
    listeners[channel as Channel]?.forEach((listener) => listener(payload)),
  );
  client.on('error', () => undefined); // `end` follows
  client.on('end', () => void reconnect());
  await client.connect();
  for (const channel of Object.keys(listeners)) await client.query(`LISTEN ${channel}`);
}

async function reconnect(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS).unref());
    try {
      connecting = connect();
      await connecting;
      for (const set of Object.values(listeners)) set.forEach((listener) => listener(undefined));
      return;
    } catch {
      // the database is away: try again until it is back
    }
  }
}

/** Yields each payload until `signal` aborts; bursts are kept, in order. */
export async function* watchChannel(channel: Channel, signal: AbortSignal): AsyncGenerator<string | undefined> {
  const waiting: (string | undefined)[] = [];
  let wake: () => void = () => undefined;
  const listener: Listener = (payload) => {
    waiting.push(payload);
    wake();
  };
  const onAbort = () => wake();
  listeners[channel].add(listener);
  signal.addEventListener('abort', onAbort);
  try {
    await ensureListening();
    while (!signal.aborted) {
      if (waiting.length > 0) yield waiting.shift();
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    listeners[channel].delete(listener);
    signal.removeEventListener('abort', onAbort);
  }
}
