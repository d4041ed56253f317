// What `render --out DIR` wrote: DIR/.lvs-console-render, so that the next run removes what it no longer makes, and nothing else.
import { lstat, readFile, realpath, rm, rmdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

export const MANIFEST = '.lvs-console-render';
const HEAD = '# Written by `render --out`. The next run removes the files named here that it does not write again.';

/** `files`: absolute. */
export async function writeManifest(out: string, files: readonly string[]): Promise<void> {
  const root = path.resolve(out);
  const lines = files.map((file) => path.relative(root, file)).toSorted();
  await writeFile(path.join(root, MANIFEST), [HEAD, ...lines, ''].join('\n'));
}

/** Without a manifest the folder is not ours, and nothing in it is removed. `kept`: absolute. */
export async function removeStaleFiles(out: string, kept: readonly string[]): Promise<void> {
  const root = path.resolve(out);
  const text = await readFile(path.join(root, MANIFEST), 'utf8').catch(() => undefined);
  if (text === undefined) return;
  const wanted = new Set(kept);
  const names = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  for (const name of names) {
    const file = path.resolve(root, name);
    if (!wanted.has(file) && (await isOwnFile(root, file))) await removeFile(root, file);
  }
}

/** A manifest that somebody changed, or a folder that became a link, must not lead out of the folder. */
async function isOwnFile(root: string, file: string): Promise<boolean> {
  const folder = await realpath(path.dirname(file)).catch(() => undefined);
  const top = await realpath(root);
  if (folder === undefined || (folder !== top && !folder.startsWith(`${top}${path.sep}`))) return false;
  const found = await lstat(file).catch(() => undefined);
  return found?.isFile() === true;
}

/** With the folders that are empty then; the first one that is not ends it. */
async function removeFile(root: string, file: string): Promise<void> {
  await rm(file);
  for (let folder = path.dirname(file); folder !== root; folder = path.dirname(folder)) {
    const isGone = await rmdir(folder).then(
      () => true,
      () => false,
    );
    if (!isGone) return;
  }
}
