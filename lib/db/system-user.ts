// The system user that PostgreSQL runs as under root: of its own, so that no other service can touch the database's files.
import 'server-only';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NAME = 'lvs-console';

export type SystemUser = { uid: number; gid: number };

/** Made when absent. A bare number does not do: initdb wants a name for its user. */
export async function systemUser(): Promise<SystemUser> {
  const found = await lookUp();
  if (found) return found;
  const failure = await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME]).then(
    () => undefined,
    (error: unknown) => error,
  );
  // Asked again also after a failure: another console may have made it at the same moment.
  const made = await lookUp();
  if (made) return made;
  throw new Error(
    `PostgreSQL does not run as root, and its system user could not be made; add a user named ${NAME}, or set DATABASE_URL`,
    { cause: failure },
  );
}

async function lookUp(): Promise<SystemUser | undefined> {
  try {
    const { stdout } = await run('getent', ['passwd', NAME]);
    const [, , uid, gid] = stdout.split(':');
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined; // exit 2: no such user
  }
}
