// Files that hold a secret of this console: made once, complete from their first moment on, for the owner only.
import 'server-only';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';

/** Of several first starts at once exactly one's secret is kept, and all of them read that one. */
export function readOrMakeSecret(file: string, make: () => Buffer): Buffer {
  const known = read(file);
  if (known) return known;
  fs.mkdirSync(path.dirname(file), { recursive: true, mode: 0o711 });
  const temporary = `${file}.${randomUUID()}`;
  fs.writeFileSync(temporary, make(), { mode: 0o600, flag: 'wx', flush: true });
  try {
    // A link, unlike a rename, does not replace what another process put there a moment ago.
    fs.linkSync(temporary, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    fs.rmSync(temporary, { force: true });
  }
  return fs.readFileSync(file);
}

function read(file: string): Buffer | undefined {
  try {
    return fs.readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
