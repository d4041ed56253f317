// A real PostgreSQL of the console's own on a private Unix socket: started, or adopted when it already runs.
import 'server-only';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { type DatabaseHome, prepareDatabaseHome } from './database-home';
import { asUser, isAlive, serverUrl, startServer, holdServer, type ServerUse } from './postgres-server';

const run = promisify(execFile);
const INITDB_OPTIONS = '-U app --auth-local=trust --auth-host=reject -E UTF8 --locale=C.UTF-8 --data-checksums';
/** How often a server may be stopped by its last user in the moment in which it is adopted. */
const TRIES = 5;

export type EmbeddedPostgres = {
  url: string;
  /** It ran already. */
  adopted: boolean;
  /** Where the database is: below the data folder unless PostgreSQL's user cannot reach that. */
  folder: string;
  /** Stops the server when no other console uses it. */
  stop: () => Promise<void>;
  /** Resolves when the server died without our doing. */
  lost: Promise<void>;
};

/** Idempotent, survives `kill -9` of the caller at any point. Throws with what to do when the folder belongs to another version. */
export async function ensurePostgres(dataFolder: string): Promise<EmbeddedPostgres> {
  const home = await prepareDatabaseHome(path.resolve(dataFolder));
  await initialise(home);
  refuseOtherMajor(home);
  const { use, adopted } = await startOrAdopt(home);
  let stopped: Promise<void> | undefined;
  const stop = () => (stopped ??= use.end());
  return { url: serverUrl(home), adopted, folder: home.folder, stop, lost: use.lost };
}

async function startOrAdopt(home: DatabaseHome): Promise<{ use: ServerUse; adopted: boolean }> {
  for (let attempt = 1; ; attempt += 1) {
    const adopted = await isAlive(serverUrl(home));
    if (!adopted) await startServer(home);
    try {
      return { use: await holdServer(home), adopted };
    } catch (error) {
      if (attempt === TRIES) throw error;
    }
  }
}

/** An interrupted initdb leaves only a temporary folder, never a half-made database; of two at once one wins. */
async function initialise(home: DatabaseHome): Promise<void> {
  const data = path.join(home.folder, 'data');
  if (fs.existsSync(path.join(data, 'PG_VERSION'))) return;
  removeLeftovers(home.folder);
  const temporary = `${data}.new-${process.pid}-${randomUUID().slice(0, 8)}`;
  const initdb = path.join(home.binaries, 'initdb');
  await run(initdb, ['-D', temporary, ...INITDB_OPTIONS.split(' ')], asUser(home));
  try {
    fs.renameSync(temporary, data);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    if (!fs.existsSync(path.join(data, 'PG_VERSION'))) throw error;
  }
}

function removeLeftovers(folder: string): void {
  for (const name of fs.readdirSync(folder)) {
    const [, pid] = /^data\.new-(\d+)-/.exec(name) ?? [];
    if (pid !== undefined && !isRunning(Number(pid)))
      fs.rmSync(path.join(folder, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The server's major version that wrote a data folder is the only one that may open it. */
function refuseOtherMajor({ folder, major }: DatabaseHome): void {
  const data = path.join(folder, 'data');
  const written = fs.readFileSync(path.join(data, 'PG_VERSION'), 'utf8').trim();
  if (written === major) return;
  throw new Error(
    `${data} was written by PostgreSQL ${written}, this console brings ${major}; export with the older console or set DATABASE_URL`,
  );
}
