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

/** Several runs of the same cells, a column each: what passed in one and failed in another shows at once. */
export function printRuns(runs: readonly (readonly CellResult[])[]): string {
  const ids = [...new Set(runs.flatMap((run) => run.map(({ id }) => id)))];
  const rows = ids.map((id) => {
    const found = runs.map((run) => run.find((result) => result.id === id));
    const ends = [...new Set(found.flatMap((result) => (result ? [result.state.split(':')[0] ?? ''] : [])))];
    return `| ${[id, ...found.map(printOutcome), ends.join(', ')].join(' | ')} |`;
  });
  const sums = runs.map((run) => `${run.filter(({ passed }) => passed).length} of ${run.length} passed`);
  const head = runs.map((_run, at) => `run ${at + 1}`);
  return [
    `| cell | ${head.join(' | ')} | deploys ended |`,
    `|---|${head.map(() => '---').join('|')}|---|`,
    ...rows,
    `| **all** | ${sums.join(' | ')} | |`,
    '',
  ].join('\n');
}

function printOutcome(result: CellResult | undefined): string {
  if (!result) return 'not run';
  if (result.passed) return `${result.seconds.toFixed(0)} s`;
  const why = result.broken.map(({ invariant, what }) => `${invariant}: ${what}`).join(' ');
  return `**FAILED** ${why.replaceAll('|', '/').replace(/\s+/g, ' ').slice(0, 160)}`;
}
