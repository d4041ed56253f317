// What is in managed files that somebody changed; never in one that holds a secret.
import type { RenderedFile } from '../core/release';
import type { ManagedFile } from '../parse/managed-files';
import type { GuardHost } from '../ssh/guard-host';

const READ_MS = 10_000;
/** More is not for a page. */
const MOST_BYTES = 65_536;
const MOST_FILES = 8;

/** By path. A file that cannot be read, or that is too long to be one of ours, is left out: then there is no diff. */
export async function readChangedFiles(
  host: GuardHost,
  files: readonly ManagedFile[],
  released: readonly RenderedFile[],
  signal?: AbortSignal,
): Promise<Map<string, string>> {
  const isPlain = ({ path }: ManagedFile) => released.some((file) => file.path === path && !file.secret);
  const texts = new Map<string, string>();
  for (const { path } of files.filter(isPlain).slice(0, MOST_FILES)) {
    const argv = ['head', '-c', String(MOST_BYTES), '--', path];
    const { code, stdout } = await host.exec(argv, { timeoutMs: READ_MS, ...(signal && { signal }) });
    if (code === 0 && stdout.length < MOST_BYTES) texts.set(path, stdout);
  }
  return texts;
}
