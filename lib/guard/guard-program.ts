// The guard's text as it is installed on a director, with a version that changes whenever the text changes.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** `version` is what `guard version` prints: the number in guard.sh, `+`, and eight hex digits of the text's hash. */
export type GuardProgram = { text: string; version: string };

const VERSION_LINE = /^GUARD_VERSION=([0-9.]+)$/m;

export function loadGuardProgram(): GuardProgram {
  const source = readFileSync(findGuard(), 'utf8');
  const number = VERSION_LINE.exec(source)?.[1];
  if (number === undefined) throw new Error('guard.sh has no GUARD_VERSION line');
  const version = `${number}+${createHash('sha256').update(source).digest('hex').slice(0, 8)}`;
  return { text: source.replace(VERSION_LINE, `GUARD_VERSION=${version}`), version };
}

/** Beside this file; a bundler moves this file but not the program, then below the folder the process was started in. */
function findGuard(): string {
  const folders = [import.meta.dirname as string | undefined, path.join(process.cwd(), 'lib/guard')];
  const found = folders
    .filter((folder) => folder !== undefined)
    .map((folder) => path.join(folder, 'guard.sh'))
    .find((file) => existsSync(file));
  if (found === undefined) throw new Error('guard.sh is not beside the console');
  return found;
}
