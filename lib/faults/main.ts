// `npm run faults -- [PATTERN...] [--quick] [--list] [--resume] [--journal FILE] [--report FILE]`: the fault matrix against a lab.
import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { MATRIX_A, QUICK, selectCells } from './cells';
import { MATRIX_B } from './host-cells';
import { appendResult, printTable, readResults } from './report';
import { openRig } from './rig';
import { runCell, runHostCell, type CellResult } from './run-cell';

const TIMER_SECONDS = 20;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
    resume: { type: 'boolean', default: false },
    journal: { type: 'string', default: path.resolve('.data/faults.jsonl') },
    report: { type: 'string' },
  },
});

const matrix = [...MATRIX_A, ...MATRIX_B];
const all = values.quick ? matrix.filter(({ id }) => QUICK.has(id)) : matrix;
const cells = selectCells(all, positionals);
if (cells.length === 0) fail(`no cell matches ${positionals.join(' ')}; --list shows them all`);
if (values.list) {
  for (const { id } of cells) console.log(id);
  process.exit(0);
}

fs.mkdirSync(path.dirname(values.journal), { recursive: true });
if (!values.resume) fs.rmSync(values.journal, { force: true });
const done = new Map(readResults(values.journal).map((result) => [result.id, result]));
let isInterrupted = false;
process.once('SIGINT', () => (isInterrupted = true));
const rig = await openRig(TIMER_SECONDS, (line) => console.log(`    ${line}`));
for (const cell of cells) {
  if (isInterrupted) break;
  if (done.has(cell.id)) continue;
  const result = await ('fault' in cell ? runCell(rig, cell) : runHostCell(rig, cell)).catch(toFailure(cell.id));
  done.set(cell.id, result);
  appendResult(values.journal, result);
  const left = cells.filter(({ id }) => !done.has(id)).length;
  console.log(
    `${result.passed ? 'passed' : 'FAILED'} ${cell.id} ${result.state} ${result.seconds.toFixed(0)} s (${left} left) ${result.note}`,
  );
  for (const { invariant, what } of result.broken) console.log(`    invariant ${invariant}: ${what}`);
  // A broken pair says nothing about the next cell.
  if (!result.passed && left > 0) await rig.renew();
}
await rig.close();

const results = cells.flatMap(({ id }) => done.get(id) ?? []);
const table = printTable(results);
console.log(`\n${table}`);
if (values.report) fs.writeFileSync(values.report, table);
const failed = results.filter(({ passed }) => !passed).length;
console.log(`${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 && results.length === cells.length ? 0 : 1);

function toFailure(id: string) {
  return (error: unknown): CellResult => ({
    ...{ id, passed: false, state: 'no result', seconds: 0, note: '' },
    broken: [{ invariant: 0, what: error instanceof Error ? error.message : String(error) }],
  });
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
