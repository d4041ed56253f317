// Which lines of a text an edit changed: what both ends share is cut off first, so that a long file costs what its change costs.
import { diffArrays } from 'diff';

/** `added` lines from index `at` of the new text on stand where the old text had the `removed` ones. */
export type LineChange = { at: number; added: number; removed: string[] };

/** Above this a line-by-line comparison of all against all takes seconds. */
const MOST_LINES = 3_000;

/** A final line break ends the last line, it does not begin another. */
export function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

export function lineChanges(before: string, after: string): LineChange[] {
  if (before === after) return [];
  const { start, end } = sharedEnds(before, after);
  const firstLine = countLines(after, start);
  const old = linesOf(before.slice(start, before.length - end));
  const next = linesOf(after.slice(start, after.length - end));
  return changesOf(old, next).map((change) => ({ ...change, at: change.at + firstLine }));
}

/** Characters of whole lines that both texts begin and end with: compared as text, because splitting long files costs more. */
function sharedEnds(before: string, after: string): { start: number; end: number } {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) start += 1;
  start = start === 0 ? 0 : before.lastIndexOf('\n', start - 1) + 1;
  let end = 0;
  while (end < most - start && before.charCodeAt(before.length - 1 - end) === after.charCodeAt(after.length - 1 - end))
    end += 1;
  // Back to where a line begins on both sides.
  const lineBreak = before.indexOf('\n', before.length - end);
  end = lineBreak < 0 ? 0 : before.length - lineBreak - 1;
  return { start, end };
}

function countLines(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}

function changesOf(old: string[], next: string[]): LineChange[] {
  const start = sharedStart(old, next);
  const end = sharedEnd(old, next, start);
  const removed = old.slice(start, old.length - end);
  const added = next.slice(start, next.length - end);
  if (removed.length === 0 && added.length === 0) return [];
  if (removed.length === 0 || added.length === 0) return [{ at: start, added: added.length, removed }];
  if (Math.max(removed.length, added.length) > MOST_LINES) return changesOfUnique(removed, added, start);
  return changesBetween(removed, added, start);
}

function sharedStart(old: readonly string[], next: readonly string[]): number {
  const most = Math.min(old.length, next.length);
  let count = 0;
  while (count < most && old[count] === next[count]) count += 1;
  return count;
}

function sharedEnd(old: readonly string[], next: readonly string[], start: number): number {
  const most = Math.min(old.length, next.length) - start;
  let count = 0;
  while (count < most && old[old.length - 1 - count] === next[next.length - 1 - count]) count += 1;
  return count;
}

/**
 * For long texts: lines that stand on both sides once and in the same order are shared, the rest between two of them is a change.
 * Linear, and exact for what generated files do: one line of many thousands goes, another comes.
 */
function changesOfUnique(old: string[], next: string[], offset: number): LineChange[] {
  const places = new Map(next.map((line, at) => [line, at]));
  const changes: LineChange[] = [];
  let from = 0;
  let to = 0;
  const close = (oldEnd: number, nextEnd: number) => {
    if (oldEnd > from || nextEnd > to)
      changes.push({ at: offset + to, added: nextEnd - to, removed: old.slice(from, oldEnd) });
  };
  for (const [at, line] of old.entries()) {
    const place = places.get(line);
    // A jump far ahead would swallow all between; a line that moved so far counts as removed here and added there.
    if (place === undefined || place < to || place - to > at - from + MOST_LINES) continue;
    close(at, place);
    from = at + 1;
    to = place + 1;
  }
  close(old.length, next.length);
  return changes;
}

function changesBetween(old: string[], next: string[], offset: number): LineChange[] {
  const changes: LineChange[] = [];
  let at = offset;
  let open: LineChange | undefined;
  for (const { added, removed, value } of diffArrays(old, next)) {
    if (!added && !removed) {
      open = undefined;
      at += value.length;
      continue;
    }
    if (!open) changes.push((open = { at, added: 0, removed: [] }));
    if (removed) open.removed.push(...value);
    else {
      open.added += value.length;
      at += value.length;
    }
  }
  return changes;
}
