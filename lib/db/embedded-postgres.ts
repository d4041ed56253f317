// A real PostgreSQL of the console's own on a private Unix socket: started, or adopted when it already runs.
import 'server-only';
import { execFile } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type DatabaseHome, prepareDatabaseHome } from './database-home';

const run = promisify(execFile);
const START_MS = 60_000;
/** The server's major version that wrote a data folder is the only one that may open it. */
const MAJOR = '18';

export type EmbeddedPostgres = { url: string; adopted: boolean; stop: () => Promise<void> };

/** Idempotent, survives `kill -9` of the caller at any point. Throws with what to do when the folder belongs to another version. */
export async function ensurePostgres(dataFolder: string): Promise<EmbeddedPostgres> {
  const home = await prepareDatabaseHome(dataFolder);
  const data = path.join(home.folder, 'data');
  await initialise(home, data);
  const written = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (written !== MAJOR) {
    throw new Error(
      `${data} was written by PostgreSQL ${written}, this console brings ${MAJOR}; export with the older console or set DATABASE_URL`,
    );
  }
  const url = `postgresql://app@localhost/postgres?host=${encodeURIComponent(home.folder)}`;
  const adopted = await isAlive(url);
  if (!adopted) await start(home, data, url);
  const stop = async () => {
    // Adopted: another console started it and still needs it.
    if (!adopted) await pgCtl(home, ['-D', data, '-m', 'fast', '-w', 'stop']);
  };
  return { url, adopted, stop };
}

/** An interrupted initdb leaves only a temporary folder, never a half-made database. */
async function initialise(home: DatabaseHome, data: string): Promise<void> {
  if (fs.existsSync(path.join(data, 'PG_VERSION'))) return;
  const temporary = `${data}.new`;
  fs.rmSync(temporary, { recursive: true, force: true });
  const options = [
    '-U',
    'app',
    '--auth-local=trust',
    '--auth-host=reject',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
    '--data-checksums',
  ];
  await run(path.join(home.binaries, 'initdb'), ['-D', temporary, ...options], asUser(home));
  fs.renameSync(temporary, data);
}

async function start(home: DatabaseHome, data: string, url: string): Promise<void> {
  const settings = `-c listen_addresses= -c unix_socket_directories=${home.folder} -c unix_socket_permissions=0700 -c max_connections=100`;
  for (const deadline = Date.now() + START_MS; ;) {
    try {
      await pgCtl(home, ['-D', data, '-w', '-t', '60', '-l', path.join(home.folder, 'log'), '-o', settings, 'start']);
      return;
    } catch (error) {
      // A killed postmaster may sit unreaped for a moment, and another console may have won the race.
      if (await isAlive(url)) return;
      if (Date.now() > deadline)
        throw new Error(`PostgreSQL did not start; its log: ${path.join(home.folder, 'log')}`, { cause: error });
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
}

/** Alive means that a connection succeeds, never that a process id exists. */
async function isAlive(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 3_000 });
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function pgCtl(home: DatabaseHome, args: string[]): Promise<void> {
  await run(path.join(home.binaries, 'pg_ctl'), args, asUser(home));
}

function asUser(home: DatabaseHome) {
  return { ...home.user, cwd: home.folder, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
}
