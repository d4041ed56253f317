// Which managed files change on one director, as unified diffs; the text of a secret file is never in a plan.
import { createHash } from 'node:crypto';
import { createTwoFilesPatch } from 'diff';
import { REDACTED, type HostRelease, type RenderedFile } from '../core/release';
import { scrubText } from '../core/scrub-secrets';
import type { FileChange } from '../core/views/plan';
import type { ChangedFile } from './observed-host';

/** `previous` is absent on first contact: what stands there now is not known to the console. `byHand`: files that are not as `previous` left them. */
export function diffFiles(
  release: HostRelease,
  previous: HostRelease | undefined,
  byHand: readonly ChangedFile[] = [],
): FileChange[] {
  const before = new Map(previous?.files.map((file) => [file.path, file]));
  const paths = new Set(release.files.map(({ path }) => path));
  return [
    ...release.files.map((file) => {
      const drifted = byHand.find(({ path }) => path === file.path);
      const change = changeOf(file, before.get(file.path), previous !== undefined);
      return drifted && change.change === 'unchanged' ? repair(file, drifted) : change;
    }),
    ...[...before.values()].filter(({ path }) => !paths.has(path)).map(removal),
  ];
}

/** Said where a file was changed and no difference can be shown. */
export const DIFFERS_UNSEEN = 'Apart from secrets, which are not shown, its lines are those of the release.';

/** For storing and comparing: the content of a secret file is replaced by its hash. */
export function redactRelease(release: HostRelease): HostRelease {
  return {
    ...release,
    files: release.files.map((file) => (file.secret ? { ...file, content: secretMark(file.content) } : file)),
  };
}

export function isSameFile(a: RenderedFile, b: RenderedFile): boolean {
  return a.mode === b.mode && comparable(a) === comparable(b);
}

function changeOf(file: RenderedFile, before: RenderedFile | undefined, isKnown: boolean): FileChange {
  const common = { path: file.path, secret: file.secret };
  if (!before) {
    const reason = isKnown
      ? file.purpose
      : `${file.purpose} A file that stands there now is kept and comes back on rollback.`;
    return { ...common, change: 'create', diff: diffText(file, '', file.content), reason };
  }
  if (isSameFile(file, before)) return { ...common, change: 'unchanged', diff: '', reason: file.purpose };
  return { ...common, change: 'update', diff: diffText(file, before.content, file.content), reason: file.purpose };
}

function repair(file: RenderedFile, { kind, text }: ChangedFile): FileChange {
  const common = { path: file.path, secret: file.secret, change: 'update' } as const;
  const why = `It was ${kind} by hand on the director; the release puts it back.`;
  const wanted = scrubText(file.content, []); // what was read is without secrets, so both sides must be
  if (kind === 'changed' && text === wanted)
    return { ...common, diff: '', reason: `${why} ${DIFFERS_UNSEEN} ${file.purpose}` };
  const diff = text === undefined ? '' : diffText(file, text, wanted);
  return { ...common, diff, reason: `${why} ${file.purpose}` };
}

function removal(file: RenderedFile): FileChange {
  const reason = 'No longer managed: what stood there before the console came returns.';
  return { path: file.path, secret: file.secret, change: 'remove', diff: diffText(file, file.content, ''), reason };
}

function diffText({ path, secret }: RenderedFile, before: string, after: string): string {
  return secret ? '' : createTwoFilesPatch(`a${path}`, `b${path}`, before, after, '', '', { context: 3 });
}

function comparable({ secret, content }: RenderedFile): string {
  return secret && !content.startsWith(REDACTED) ? secretMark(content) : content;
}

function secretMark(content: string): string {
  return `${REDACTED} sha256:${createHash('sha256').update(content).digest('hex')}`;
}
