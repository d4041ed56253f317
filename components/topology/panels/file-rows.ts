// The lines of a generated file with what an edit added and took away: all of them, or the changed ones with their neighbours.
import type { CodeRow } from '@/components/ui/code-view';
import { linesOf, type LineChange } from '../worker/line-changes';

const CONTEXT_LINES = 3;

export function fileRows(content: string, changes: readonly LineChange[]): CodeRow[] {
  const lines = linesOf(content);
  const rows: CodeRow[] = [];
  let next = 0;
  const copyTo = (end: number, sign: 'same' | 'added') => {
    for (; next < end; next += 1) rows.push({ sign, text: lines[next] ?? '', number: next + 1 });
  };
  for (const { at, added, removed } of changes) {
    copyTo(at, 'same');
    rows.push(...removed.map((text): CodeRow => ({ sign: 'removed', text })));
    copyTo(at + added, 'added');
  }
  copyTo(lines.length, 'same');
  return rows;
}

const isChange = ({ sign }: CodeRow) => sign !== 'same';

export function changedRows(rows: readonly CodeRow[]): CodeRow[] {
  const isNear = new Array<boolean>(rows.length).fill(false);
  for (const [at, row] of rows.entries())
    if (isChange(row)) isNear.fill(true, Math.max(at - CONTEXT_LINES, 0), at + CONTEXT_LINES + 1);
  const kept: CodeRow[] = [];
  let leftOut = 0;
  const closeGap = () => {
    if (leftOut > 0)
      kept.push({ sign: 'gap', text: leftOut === 1 ? '1 line as before' : `${leftOut} lines as before` });
    leftOut = 0;
  };
  for (const [at, row] of rows.entries()) {
    if (!isNear[at]) {
      leftOut += 1;
      continue;
    }
    closeGap();
    kept.push(row);
  }
  closeGap();
  return kept;
}

export function firstChange(rows: readonly CodeRow[]): number | undefined {
  const at = rows.findIndex(isChange);
  return at < 0 ? undefined : at;
}
