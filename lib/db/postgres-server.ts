// The server process of the embedded database: start, is it alive, and stop by whoever uses it last.
import 'server-only';
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import type { DatabaseHome } from './database-home';

const run = promisify(execFile);
const START_MS = 60_000;
const CONNECT_MS = 3_000;
/** Any constant: every console that uses a server holds it shared, on a connection that ends with the process. */
const USERS_LOCK = 0x4c56_5302;

export function serverUrl(home: DatabaseHome): string {
  return `postgresql://app@localhost/postgres?host=${encodeURIComponent(home.folder)}`;
}

export async function startServer(home: DatabaseHome): Promise<void> {
  const log = path.join(home.folder, 'log');
  const settings = [
    'listen_addresses=',
    `unix_socket_directories=${home.folder}`,
    'unix_socket_permissions=0700',
    'max_connections=100',
  ];
  const options = settings.map((setting) => `-c '${setting}'`).join(' '); // pg_ctl gives them to a shell
  for (const deadline = Date.now() + START_MS; ;) {
    try {
      return await pgCtl(home, ['-w', '-t', '60', '-l', log, '-o', options, 'start']);
    } catch (error) {
      // A killed postmaster may sit unreaped for a moment, and another console may have won the race.
      if (await isAlive(serverUrl(home))) return;
      if (Date.now() > deadline) throw new Error(`PostgreSQL did not start; its log: ${log}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Alive means that a connection succeeds, never that a process id exists. */
export async function isAlive(url: string): Promise<boolean> {
  const client = await connect(url).catch(() => undefined);
  await client?.end().catch(() => undefined);
  return client !== undefined;
}

export type ServerUse = {
  /** Stops the server when nobody else uses it, whoever started it. */
  end: () => Promise<void>;
  /** Resolves when the server is gone without our doing: killed, or stopped by hand. */
  lost: Promise<void>;
};

/** Throws when the server ends meanwhile: its last user may just have stopped it. */
export async function holdServer(home: DatabaseHome): Promise<ServerUse> {
  const client = await connect(serverUrl(home));
  let isEnding = false;
  const lost = new Promise<void>((resolve) => client.on('end', () => !isEnding && resolve()));
  try {
    await client.query('SELECT pg_advisory_lock_shared($1)', [USERS_LOCK]);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
  const end = async () => {
    isEnding = true;
    const isLast = await becomeOnlyUser(client);
    // The lock is kept until the server has ended: whoever comes now waits, is cut off, and starts it again.
    if (isLast) await pgCtl(home, ['-m', 'fast', '-w', 'stop']);
    await client.end().catch(() => undefined);
  };
  return { end, lost };
}

async function becomeOnlyUser(client: pg.Client): Promise<boolean> {
  try {
    await client.query('SELECT pg_advisory_unlock_shared($1)', [USERS_LOCK]);
    const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1) AS held', [USERS_LOCK]);
    return rows[0]?.held === true;
  } catch {
    return false; // it has been stopped or restarted by somebody else: not ours any more
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString, connectionTimeoutMillis: CONNECT_MS });
  client.on('error', () => undefined); // the server may end first
  try {
    await client.connect();
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function pgCtl(home: DatabaseHome, args: string[]): Promise<void> {
  await run(path.join(home.binaries, 'pg_ctl'), ['-D', path.join(home.folder, 'data'), ...args], asUser(home));
}

export function asUser({ user, folder }: DatabaseHome) {
  return { ...user, cwd: folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
}
