// The table of a run, and the journal that lets an interrupted run go on.
import fs from 'node:fs';
import type { CellResult } from './run-cell';

/** A line of JSON for each finished cell, flushed: what was run is not run again by `--resume`. */
export function appendResult(file: string, result: CellResult): void {
  const handle = fs.openSync(file, 'a');
  fs.writeSync(handle, `${JSON.stringify(result)}\n`);
  fs.fsyncSync(handle);
  fs.closeSync(handle);
}

export function readResults(file: string): CellResult[] {
  if (!fs.existsSync(file)) return [];
  return fs
    .readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as CellResult);
}

export function printTable(results: readonly CellResult[]): string {
  const rows = results.map(
    ({ id, passed, state, seconds, broken }) =>
      `| ${id} | ${passed ? 'passed' : '**FAILED**'} | ${state.slice(0, 60)} | ${seconds.toFixed(0)} s | ${broken
        .map(({ invariant, what }) => `${invariant}: ${what}`)
        .join(' ')
        .slice(0, 200)} |`,
  );
  return ['| cell | result | deploy | time | broken invariants |', '|---|---|---|---:|---|', ...rows, ''].join('\n');
}
