// `npm run faults -- [PATTERN...]`: the fault matrix against labs; `--help` has the rest.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import { approvalScene } from './approval-scene';
import { MATRIX_A, QUICK, selectCells } from './cells';
import { confirmRace } from './confirm-race';
import { compareTools, printComparison } from './compare';
import { MATRIX_E } from './damage-cells';
import { keepEvidence } from './evidence';
import { MATRIX_B } from './host-cells';
import { MATRIX_C } from './network-cells';
import { PAIR_TRIALS, SCENES } from './pair-cells';
import { RANDOM_SCENES } from './random-cells';
import { appendResult, printRuns, printTable, readResults } from './report';
import { openRig, STACKS, type PairStack, type Rig } from './rig';
import { runCell, runHostCell, runScene, runTrial, type CellResult } from './run-cell';
import { SUDO_SCENES } from './sudo-cells';

/**
 * What a plan gives the active director. From the first arm to the last confirmation a deploy took 9 s on a slow machine with one lab
 * and more than 30 s beside a second one: with less time the matrix tells of the machine and not of the fault.
 */
const TIMER_SECONDS = 60;
const MAX_SHARDS = 8;
const program = new Command('faults')
  .description(
    'The fault matrix: real deploys against real directors, with faults in the middle, and nine invariants asserted after each.',
  )
  .argument('[patterns...]', 'only the cells whose names contain one of these')
  .option('--quick', 'the selection that `npm test` runs', false)
  .option('--random', '200 deploys in a row with kills at random moments, instead of the matrix', false)
  .option('--compare', 'the same accidents with iptables-apply and Ansible (package ansible-core), instead', false)
  .addOption(
    new Option('--stack <stack>', 'of the pair; parts B and D strike what only heartbeat has')
      .choices(STACKS)
      .default('heartbeat'),
  )
  .option('--list', 'print the names of the cells and end', false)
  .option(
    '--resume',
    'go on: cells that are in the journal, or in those of its shards, are not run again; without it they are begun anew',
    false,
  )
  .option('--shards <count>', 'so many labs and consoles beside each other', '1')
  .option('--repeat <count>', 'every cell so many times: what depends on the moment shows only now and then', '1')
  .addOption(new Option('--shard <number>', 'of a run in shards: which part this process does').hideHelp())
  .option('--within <minutes>', 'begin no cell after that time; what was not begun is named and counted as skipped')
  .option('--tabulate <journals...>', 'run nothing: one table of earlier runs, a column for each journal')
  .option('--journal <file>', 'a line of JSON for each cell', path.resolve('.data/faults.jsonl'))
  .option('--report <file>', 'the table of the results')
  .parse();
const values = program.opts<{
  quick: boolean;
  random: boolean;
  compare: boolean;
  list: boolean;
  resume: boolean;
  within?: string;
  tabulate?: string[];
  stack: PairStack;
  shards: string;
  repeat: string;
  shard?: string;
  journal: string;
  report?: string;
}>();
const positionals = program.args;

type Runnable = { id: string; run: (rig: Rig) => Promise<CellResult> };
const matrix: Runnable[] = [
  { id: confirmRace.id, run: (rig: Rig) => runScene(rig, confirmRace) }, // takes longest by far: first
  ...MATRIX_A.map((cell) => ({ id: cell.id, run: (rig: Rig) => runCell(rig, cell) })),
  ...MATRIX_B.map((cell) => ({ id: cell.id, run: (rig: Rig) => runHostCell(rig, cell) })),
  ...MATRIX_C.map((trial) => ({ id: trial.id, run: (rig: Rig) => runTrial(rig, trial) })),
  ...PAIR_TRIALS.map((trial) => ({ id: trial.id, run: (rig: Rig) => runTrial(rig, trial) })),
  ...[...SCENES, approvalScene, ...SUDO_SCENES].map((scene) => ({
    id: scene.id,
    run: (rig: Rig) => runScene(rig, scene),
  })),
  ...MATRIX_E.map((cell) => ({ id: cell.id, run: (rig: Rig) => runHostCell(rig, cell) })),
];
const storm: Runnable[] = RANDOM_SCENES.map((scene) => ({ id: scene.id, run: (rig: Rig) => runScene(rig, scene) }));
if (values.tabulate) {
  const table = printRuns(values.tabulate.map((journal) => inOrder(readRun(journal))));
  console.log(table);
  if (values.report) fs.writeFileSync(values.report, table);
  process.exit(0);
}
if (values.compare) {
  const table = printComparison(await compareTools(positionals, (line) => console.log(line)));
  console.log(`\n${table}`);
  if (values.report) fs.writeFileSync(values.report, table);
  process.exit(0);
}
const quick = () => QUICK.map((id) => matrix.find((cell) => cell.id === id) ?? fail(`there is no cell ${id}`));
const all = ofStack(values.random ? storm : values.quick ? quick() : matrix);
const once = selectCells(all, positionals);
const cells = Array.from({ length: Number(values.repeat) }, (_, at) =>
  once.map(({ id, run }) => ({ id: at === 0 ? id : `${id} #${at + 1}`, run })),
).flat();
if (cells.length === 0) fail(`no cell matches ${positionals.join(' ')}; --list shows them all`);
if (values.list) {
  for (const { id } of cells) console.log(id);
  process.exit(0);
}
const lastBegin = values.within === undefined ? Infinity : Date.now() + Number(values.within) * 60_000;
const shards = Number(values.shards);
if (!Number.isInteger(shards) || shards < 1 || shards > MAX_SHARDS)
  fail(`--shards ${values.shards}: from 1 to ${MAX_SHARDS}`);

fs.mkdirSync(path.dirname(values.journal), { recursive: true });
const journalOf = (shard: number) => (shards === 1 ? values.journal : `${values.journal}.${shard}`);
const own = values.shard === undefined ? undefined : Number(values.shard);
const claims = `${values.journal}.claims`;
if (own === undefined) {
  if (!values.resume) for (const file of journalsOf(values.journal)) fs.rmSync(file, { force: true });
  fs.rmSync(claims, { recursive: true, force: true });
  fs.mkdirSync(claims);
}
/** Of the shards; null for one that a signal ended. */
let codes: (number | null)[] = [];
if (own !== undefined) await runPart(own);
else if (shards === 1) await runPart(0);
else codes = await Promise.all(Array.from({ length: shards }, (_, shard) => runShard(shard)));
if (own === undefined) report(codes.every((code) => code === 0));

/** By names of their own: a journal may be gone on with for another stack. */
function ofStack(list: Runnable[]): Runnable[] {
  if (values.stack === 'heartbeat') return list;
  return list.filter(({ id }) => /^[ACER]\//.test(id)).map(({ id, run }) => ({ id: `${values.stack}/${id}`, run }));
}

/** The cells of one shard against a lab of its own, in order. */
async function runPart(shard: number): Promise<void> {
  const journal = journalOf(shard);
  const done = new Set(readRun(values.journal).map(({ id }) => id));
  const todo = cells.filter(({ id }) => !done.has(id));
  if (todo.length === 0) return;
  let isInterrupted = false;
  process.once('SIGINT', () => (isInterrupted = true));
  let rig: Rig | undefined;
  let isBroken = false;
  try {
    for (const [at, { id, run }] of todo.entries()) {
      if (isInterrupted || Date.now() > lastBegin) break;
      if (!claim(id)) continue;
      rig ??= await openRig(values.stack, TIMER_SECONDS, shard, (line) => console.log(`    ${line}`));
      // A broken pair says nothing about the next cell.
      if (isBroken) await rig.renew();
      const result = { ...(await run(rig).catch(toFailure(id))), id };
      appendResult(journal, result);
      const { passed, state, seconds, note, broken } = result;
      const left = todo.length - at - 1;
      console.log(`${passed ? 'passed' : 'FAILED'} ${id} ${state} ${seconds.toFixed(0)} s (${left} behind it) ${note}`);
      for (const { invariant, what } of broken) console.log(`    invariant ${invariant}: ${what}`);
      if (!passed)
        console.log(
          `    what the directors still tell: ${await keepEvidence(rig, id, `${values.journal}.evidence`).catch(String)}`,
        );
      isBroken = !passed;
    }
  } finally {
    await rig?.close();
  }
}

/** Whether the cell is this shard's: the first one that comes to it runs it, so that a long cell holds up no other. */
function claim(id: string): boolean {
  try {
    fs.mkdirSync(path.join(claims, encodeURIComponent(id)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** This program again, with its own names, ports and journal. Answers its exit code. */
function runShard(shard: number): Promise<number | null> {
  const [, script = '', ...args] = process.argv;
  const argv = [...process.execArgv, script, ...args, '--shard', String(shard)];
  const child = spawn(process.execPath, argv, { stdio: 'inherit' });
  return new Promise((resolve) => child.on('close', resolve));
}

/** Of all the shards that a run had. */
function readRun(journal: string): CellResult[] {
  return journalsOf(journal).flatMap(readResults);
}

function journalsOf(journal: string): string[] {
  return [journal, ...Array.from({ length: MAX_SHARDS }, (_, shard) => `${journal}.${shard}`)];
}

function inOrder(results: readonly CellResult[]): CellResult[] {
  const places = new Map([...matrix, ...storm].map(({ id }, at) => [id, at]));
  const placeOf = ({ id }: CellResult) => places.get(id.replace(`${values.stack}/`, '')) ?? 0;
  return results.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** `isWhole`: no shard ended badly; what a broken one did not run has failed and is not skipped. */
function report(isWhole: boolean): void {
  fs.rmSync(claims, { recursive: true, force: true });
  const found = readRun(values.journal);
  const results = cells.flatMap(({ id }) => found.find((result) => result.id === id) ?? []);
  const table = printTable(results);
  console.log(`\n${table}`);
  if (values.report) fs.writeFileSync(values.report, table);
  const passed = results.filter((result) => result.passed).length;
  const isOver = Date.now() > lastBegin;
  const skipped = isOver && isWhole ? cells.filter(({ id }) => !results.some((result) => result.id === id)) : [];
  if (skipped.length > 0)
    console.log(`not begun within ${values.within ?? ''} minutes: ${skipped.map(({ id }) => id).join(' ')}`);
  const failed = cells.length - passed - skipped.length;
  console.log(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
  process.exit(failed === 0 ? 0 : 1);
}

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
