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
  const old = before.slice(start, before.length - end);
  const next = after.slice(start, after.length - end);
  const changes = movedLine(old, next) ?? changesOf(linesOf(old), linesOf(next));
  return changes
    .filter(({ added, removed }) => added > 0 || removed.length > 0)
    .map((change) => ({ ...change, at: change.at + firstLine }));
}

/**
 * What an edit of one range does to a sorted file of any size: one line goes here, another comes there, and all between them stays.
 * Both texts differ in their first and in their last line.
 */
function movedLine(old: string, next: string): LineChange[] | undefined {
  const [oldLine, nextLine] = [firstLineOf(old), firstLineOf(next)];
  const kept = old.slice(oldLine.length);
  if (kept !== '' && next.startsWith(kept)) {
    const added = linesOf(next.slice(kept.length)).length;
    return [
      { at: 0, added: 0, removed: linesOf(oldLine) },
      { at: countLines(next, kept.length), added, removed: [] },
    ];
  }
  const stays = next.slice(nextLine.length);
  if (stays === '' || !old.startsWith(stays)) return undefined;
  const removed = linesOf(old.slice(stays.length));
  return [
    { at: 0, added: 1, removed: [] },
    { at: 1 + countLines(stays, stays.length), added: 0, removed },
  ];
}

/** With its line break. */
const firstLineOf = (text: string) => text.slice(0, text.indexOf('\n') + 1);

/** Compared at once as long as they are the same: the engine compares slices much faster than single characters. */
const BLOCK = 4_096;

/** Characters of whole lines that both texts begin and end with: compared as text, because splitting long files costs more. */
function sharedEnds(before: string, after: string): { start: number; end: number } {
  const same = sharedPrefix(before, after);
  const start = same === 0 ? 0 : before.lastIndexOf('\n', same - 1) + 1;
  const shared = sharedSuffix(before, after, Math.min(before.length, after.length) - start);
  // Back to where a line begins on both sides.
  const lineBreak = before.indexOf('\n', before.length - shared);
  return { start, end: lineBreak < 0 ? 0 : before.length - lineBreak - 1 };
}

function sharedPrefix(before: string, after: string): number {
  const most = Math.min(before.length, after.length);
  let count = 0;
  while (count + BLOCK <= most && before.slice(count, count + BLOCK) === after.slice(count, count + BLOCK))
    count += BLOCK;
  while (count < most && before.charCodeAt(count) === after.charCodeAt(count)) count += 1;
  return count;
}

function sharedSuffix(before: string, after: string, most: number): number {
  const block = (text: string, count: number) => text.slice(text.length - count - BLOCK, text.length - count);
  let count = 0;
  while (count + BLOCK <= most && block(before, count) === block(after, count)) count += BLOCK;
  while (count < most && before.charCodeAt(before.length - 1 - count) === after.charCodeAt(after.length - 1 - count))
    count += 1;
  return count;
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
