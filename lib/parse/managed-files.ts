// Reads the guard's `files`: managed files that are not as the live release has them.
import { numberedLines, unreadable, type Parsed } from './parsed';

/** `changed`: other bytes behind the console's link. `replaced`: something else stands where the link was, or nothing. */
export type ManagedFile = { path: string; kind: 'changed' | 'replaced' };

/** A path that does not begin with `/` is a part of the release itself, such as `intent/rules.v4`. */
export function parseManagedFiles(text: string): Parsed<ManagedFile[]> {
  const diagnostics: Parsed<ManagedFile[]>['diagnostics'] = [];
  const value = numberedLines(text).flatMap((line): ManagedFile[] => {
    if (line.text.trim() === '') return [];
    const [, kind, path = ''] = /^(changed|replaced) (\S.*)$/.exec(line.text) ?? [];
    if (kind === 'changed' || kind === 'replaced') return [{ path, kind }];
    diagnostics.push(unreadable('managed-files', line));
    return [];
  });
  return { value, diagnostics };
}

/** Reads the guard's `changed-files`: a line `PATH<TAB>text` for each line of a file; by path. */
export function parseChangedFiles(text: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const line of text.split('\n')) {
    const tab = line.indexOf('\t');
    if (tab < 1) continue;
    const path = line.slice(0, tab);
    texts.set(path, `${texts.get(path) ?? ''}${line.slice(tab + 1)}\n`);
  }
  return texts;
}
