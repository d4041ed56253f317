// `npm test` and `npm run check`: runs every gate and every runner, and ends with `N passed, N failed` over all of them.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const results = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-results-'));
const faultJournal = path.join(results, 'faults.jsonl');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const vitest = (project) => [
  bin('vitest'),
  'run',
  '--config',
  'lib/testing/vitest.config.ts',
  '--project',
  project,
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${path.join(results, `${project}.json`)}`,
];

/** A gate counts as one test; a runner reports its own counts. */
const gates = {
  format: { argv: [bin('prettier'), '--check', '--log-level', 'warn', '.'] },
  lint: {
    argv: [bin('eslint'), '--max-warnings', '0', '--cache', '--cache-location', 'node_modules/.cache/eslint/', '.'],
  },
  types: { argv: [bin('tsc'), '-p', '.'] },
  floors: { argv: [bin('depcruise'), '--config', 'lib/testing/dependency-cruiser.cjs', 'app', 'components', 'lib'] },
  migrations: {
    argv: [
      bin('prisma'),
      'migrate',
      'diff',
      '--from-migrations',
      'prisma/migrations',
      '--to-schema',
      'prisma/schema.prisma',
      '--exit-code',
    ],
  },
  unit: { argv: vitest('unit'), counts: vitestCounts('unit') },
  processes: { argv: vitest('processes'), counts: vitestCounts('processes') },
  binaries: { argv: vitest('binaries'), counts: vitestCounts('binaries') },
  lab: { argv: vitest('lab'), counts: vitestCounts('lab') },
  browser: {
    argv: [bin('playwright'), 'test', '--config', 'e2e/playwright.config.ts'],
    counts: playwrightCounts,
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: path.join(results, 'browser.json') },
  },
  faults: {
    argv: [process.execPath, 'lib/cli/bootstrap.mjs', 'faults', '--quick', '--shards', '2', '--journal', faultJournal],
    counts: faultCounts,
  },
};
/** Two cores: a lane is a list run one after the other, lanes run side by side. */
const plans = {
  check: [
    [
      ['format', 'lint', 'floors', 'migrations'],
      ['types', 'unit'],
    ],
  ],
  all: [
    [
      ['format', 'lint', 'floors', 'binaries'],
      ['types', 'unit', 'processes', 'migrations'],
    ],
    [['lab']],
    [['browser']],
    [['faults']],
  ],
};

function vitestCounts(project) {
  return () => {
    const report = JSON.parse(fs.readFileSync(path.join(results, `${project}.json`), 'utf8'));
    // A file that does not load has no test in it, yet it is a failure; so is a skipped test: everything must run.
    const broken = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    return { passed: report.numPassedTests, failed: report.numFailedTests + report.numPendingTests + broken };
  };
}

/** A line of JSON for each cell, a file for each of the two labs; a cell without a result makes the runner end badly. */
function faultCounts() {
  const cells = [0, 1].flatMap((shard) => fs.readFileSync(`${faultJournal}.${shard}`, 'utf8').trim().split('\n'));
  const passed = cells.filter((line) => JSON.parse(line).passed).length;
  return { passed, failed: cells.length - passed };
}

function playwrightCounts() {
  const { stats } = JSON.parse(fs.readFileSync(path.join(results, 'browser.json'), 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped };
}

async function runGate(name) {
  const { argv, counts, env } = gates[name];
  const started = Date.now();
  const { code, output } = await capture(argv, env);
  const elapsed = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const result = count(code, counts);
  console.log(
    `\n=== ${name}: ${result.failed === 0 ? 'passed' : 'FAILED'} (${result.passed} passed, ${result.failed} failed) in ${elapsed}`,
  );
  console.log(result.failed === 0 ? tail(output, 8) : output);
  return result;
}

function count(code, counts) {
  if (!counts) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const { passed, failed } = counts();
    // A runner that ended badly without a failed test (an unhandled error, nothing found) has failed once.
    return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed };
  } catch (error) {
    console.log(`no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

const tail = (text, lines) => text.trimEnd().split('\n').slice(-lines).join('\n');

function capture([program, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', CI: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let lastShown = Date.now();
    const onData = (chunk) => {
      output += chunk;
      // Long runners say that they live: the last line, at most every ten seconds.
      if (Date.now() - lastShown > 10_000) {
        lastShown = Date.now();
        console.log(`  ... ${tail(output, 1)}`);
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('error', (error) => resolve({ code: 127, output: `${output}\n${error.message}` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

async function runLane(names) {
  const total = { passed: 0, failed: 0 };
  for (const name of names) {
    const result = await runGate(name);
    total.passed += result.passed;
    total.failed += result.failed;
  }
  return total;
}

const mode = process.argv[2] ?? 'all';
const only = process.argv.slice(3);
const plan = only.length > 0 ? [[only]] : plans[mode];
const sums = [];
for (const lanes of plan) sums.push(...(await Promise.all(lanes.map(runLane))));
const passed = sums.reduce((sum, r) => sum + r.passed, 0);
const failed = sums.reduce((sum, r) => sum + r.failed, 0);
fs.rmSync(results, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
