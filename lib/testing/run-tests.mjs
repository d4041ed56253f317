// `npm test` and `npm run check`: runs every gate and every runner, and ends with `N passed, N failed` over all of them (and `, N skipped` when
// a slow machine did not begin everything in time).
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const results = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-results-'));
const faultJournal = path.join(results, 'faults.jsonl');
const bin = (name) => path.join(root, 'node_modules/.bin', name);
const vitest = (project, name = project, ...files) => [
  bin('vitest'),
  'run',
  '--config',
  'lib/testing/vitest.config.ts',
  '--project',
  project,
  '--reporter=default',
  '--reporter=json',
  '--reporter=./lib/testing/begun-reporter.ts',
  `--outputFile.json=${reportOf(name)}`,
  ...files,
];
const reportOf = (name) => path.join(results, `${name.replaceAll(/[ /]/g, '-')}.json`);

/** In the order of what they prove: on a slow machine the last ones may not be begun in the time that there is. */
const LAB_FILES = inOrder('lib', /\.lab\.test\.ts$/, [
  'lab/lab.lab',
  'worker/deploy.lab',
  'guard/guard.lab',
  'guard/privileges',
  'worker/drift',
]);
const BROWSER_FILES = inOrder('e2e', /\.spec\.ts$/, ['seed-topology', 'drift', 'verbs', 'forecast', 'editing']);

/** Every file below `folder` with such a name, those of `first` before the others. */
function inOrder(folder, pattern, first) {
  const files = fs.readdirSync(path.join(root, folder), { recursive: true }).filter((file) => pattern.test(file));
  const place = (file) => {
    const at = first.findIndex((start) => file.startsWith(start));
    return at === -1 ? first.length : at;
  };
  return files.toSorted((a, b) => place(a) - place(b) || (a < b ? -1 : 1)).map((file) => `${folder}/${file}`);
}

/** The longest gate before the labs: in parts, so that both lanes end at about the same time. */
const BINARY_PARTS = ['1/3', '2/3', '3/3'];

function binariesGate(part) {
  const name = `binaries ${part}`;
  return { argv: vitest('binaries', name, `--shard=${part}`), counts: vitestCounts(name) };
}

function labGate(file) {
  const name = `lab ${file}`;
  return { argv: vitest('lab', name, file), counts: vitestCounts(name) };
}

function browserGate(file) {
  const report = reportOf(`browser ${file}`);
  return {
    argv: [bin('playwright'), 'test', '--config', 'e2e/playwright.config.ts', path.basename(file)],
    counts: () => playwrightCounts(report),
    env: { PLAYWRIGHT_JSON_OUTPUT_NAME: report },
  };
}

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
  ...Object.fromEntries(BINARY_PARTS.map((part) => [`binaries ${part}`, binariesGate(part)])),
  crashes: { argv: vitest('crashes'), counts: vitestCounts('crashes') },
  ...Object.fromEntries(LAB_FILES.map((file) => [`lab ${file}`, labGate(file)])),
  ...Object.fromEntries(BROWSER_FILES.map((file) => [`browser ${file}`, browserGate(file)])),
  faults: {
    argv: [
      process.execPath,
      'lib/cli/bootstrap.mjs',
      'faults',
      '--quick',
      '--shards',
      '2',
      '--within',
      '10',
      '--journal',
      faultJournal,
    ],
    counts: faultCounts,
  },
};
/** Deploys are the heart: the lab itself, deploys in it, the browser's path, a guard that is killed and the faults come first, then labs and browser in turn. */
function slowGates() {
  const labs = LAB_FILES.map((file) => `lab ${file}`);
  const browsers = BROWSER_FILES.map((file) => `browser ${file}`);
  const rest = labs.slice(2).flatMap((lab, at) => [lab, browsers[at + 1]]);
  const all = [labs[0], labs[1], browsers[0], 'crashes', 'faults', ...rest, ...browsers].filter(
    (name) => name !== undefined,
  );
  return [...new Set(all)];
}

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
      ['format', 'lint', 'floors', 'binaries 1/3', 'binaries 2/3'],
      ['types', 'unit', 'processes', 'migrations', 'binaries 3/3'],
    ],
    [slowGates()],
  ],
};

function vitestCounts(project) {
  return () => {
    const report = JSON.parse(fs.readFileSync(reportOf(project), 'utf8'));
    // A file that does not load has no test in it, yet it is a failure; so is a skipped test: everything must run.
    const broken = report.testResults.filter(
      (file) => file.status === 'failed' && file.assertionResults.length === 0,
    ).length;
    return { passed: report.numPassedTests, failed: report.numFailedTests + report.numPendingTests + broken };
  };
}

/**
 * A line of JSON for each cell, a file for each of the two labs. On a slow machine some cells are not begun in their time: these are
 * skipped, and named by the runner. A cell that was begun and has no result makes the runner end badly.
 */
function faultCounts(output) {
  const skipped = Number(/^\d+ passed, \d+ failed, (\d+) skipped$/m.exec(output)?.[1] ?? 0);
  const cells = [0, 1].flatMap((shard) => fs.readFileSync(`${faultJournal}.${shard}`, 'utf8').trim().split('\n'));
  const passed = cells.filter((line) => JSON.parse(line).passed).length;
  return { passed, failed: cells.length - passed, skipped };
}

function playwrightCounts(report) {
  const { stats } = JSON.parse(fs.readFileSync(report, 'utf8'));
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky + stats.skipped };
}

/** What failed, in words for the end of a long output: of which a machine may keep the last lines only. */
const failures = [];
const WORDS_OF_A_FAILURE = 400;

/** Of Vitest's report and Playwright's; a gate without one is named by its last lines. */
function namesOfFailed(name, output) {
  try {
    const report = JSON.parse(fs.readFileSync(reportOf(name), 'utf8'));
    return report.testResults ? failedOfVitest(report) : report.suites.flatMap((suite) => failedOfPlaywright(suite));
  } catch {
    const cells = output.split('\n').filter((line) => /^(FAILED |the first deploy ended )/.test(line.trim()));
    return cells.length > 0 ? cells : [...filesWithoutEnd(output), tail(output, 8)];
  }
}

/** From the lines of begun-reporter.ts. */
function filesWithoutEnd(output) {
  const namesAfter = (word) => [...output.matchAll(new RegExp(`^${word} (\\S+)$`, 'gm'))].map(([, file]) => file);
  const ended = new Set(namesAfter('ended'));
  return namesAfter('begun').flatMap((file) => (ended.has(file) ? [] : [`${file} was begun and has not ended`]));
}

function failedOfVitest({ testResults }) {
  return testResults.flatMap(({ name: file, status, message, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status !== 'passed');
    if (failed.length === 0) return status === 'failed' ? [`${path.relative(root, file)}: ${message}`] : [];
    return failed.map((test) => `${path.relative(root, file)}: ${test.fullName}: ${test.failureMessages.join(' ')}`);
  });
}

function failedOfPlaywright({ file, suites = [], specs = [] }) {
  const failed = specs.filter(({ ok }) => !ok);
  const wordsOf = ({ tests }) => tests.flatMap((test) => test.results.map((result) => result.error?.message ?? ''));
  return [
    ...suites.flatMap((suite) => failedOfPlaywright(suite)),
    ...failed.map((spec) => `e2e/${file}: ${spec.title}: ${wordsOf(spec).join(' ')}`),
  ];
}

async function runGate(name) {
  const { argv, counts, env } = gates[name];
  const started = Date.now();
  const { code, output } = await capture(argv, env);
  const elapsed = `${((Date.now() - started) / 1000).toFixed(1)} s`;
  const result = count(code, counts, output);
  console.log(
    `\n=== ${name}: ${result.failed === 0 ? 'passed' : 'FAILED'} (${result.passed} passed, ${result.failed} failed) in ${elapsed}`,
  );
  console.log(result.failed === 0 ? tail(output, 8) : output);
  if (result.failed > 0)
    for (const words of namesOfFailed(name, output)) failures.push(`${name}: ${words.slice(0, WORDS_OF_A_FAILURE)}`);
  return result;
}

function count(code, counts, output) {
  if (!counts) return code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 };
  try {
    const { passed, failed, skipped = 0 } = counts(output);
    // A runner that ended badly without a failed test (an unhandled error, nothing found) has failed once.
    return { passed, failed: failed === 0 && (code !== 0 || passed === 0) ? 1 : failed, skipped };
  } catch (error) {
    console.log(`no report: ${error.message}`);
    return { passed: 0, failed: 1 };
  }
}

const tail = (text, lines) => text.trimEnd().split('\n').slice(-lines).join('\n');

/**
 * A runner whose worker never comes back, in a loop without a pause, ends neither by its own time limits nor when its parent is gone:
 * it is ended with all that it started, so that the others are still counted. No test has nothing to say for so long.
 */
const SILENT_MINUTES = 15;
const MINUTES_AFTER_LAST_BEGIN = 30;
const SECONDS_TO_CLEAN_UP = 20;
const running = new Set();

function signalGroup(child, signal) {
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.once(signal, () => {
    for (const child of running) signalGroup(child, signal);
    process.exit(status);
  });

function endWhenItHangs(child, lastWord, say) {
  return setInterval(() => {
    const silent = Date.now() - lastWord() > SILENT_MINUTES * 60_000;
    if (!silent && Date.now() < lastBegin + MINUTES_AFTER_LAST_BEGIN * 60_000) return;
    say(silent ? `ended: nothing was said for ${SILENT_MINUTES} minutes` : 'ended: it ran out of the time for all');
    signalGroup(child, 'SIGTERM');
    setTimeout(() => signalGroup(child, 'SIGKILL'), SECONDS_TO_CLEAN_UP * 1000).unref();
  }, 10_000);
}

function capture([program, ...args], env) {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, FORCE_COLOR: '0', CI: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    running.add(child);
    let output = '';
    let lastWord = Date.now();
    let lastShown = Date.now();
    const watch = endWhenItHangs(
      child,
      () => lastWord,
      (words) => {
        clearInterval(watch);
        output += `\n${words}`;
      },
    );
    const ended = (result) => {
      clearInterval(watch);
      running.delete(child);
      resolve(result);
    };
    const onData = (chunk) => {
      output += chunk;
      lastWord = Date.now();
      // Long runners say that they live: the last line, at most every ten seconds.
      if (Date.now() - lastShown > 10_000) {
        lastShown = Date.now();
        console.log(`  ... ${tail(output, 1)}`);
      }
    };
    child.stdout.on('data', onData);
    child.stderr.on('data', onData);
    child.on('error', (error) => ended({ code: 127, output: `${output}\n${error.message}` }));
    child.on('close', (code) => ended({ code: code ?? 1, output }));
  });
}

/**
 * CI ends in time on a slow machine, too: what is slow is not begun so many minutes after the given second of the clock (now, without
 * one), and named. Without the variable everything is run.
 */
const minutes = process.env['LVS_TEST_MINUTES'];
const began = Number(process.env['LVS_TEST_BEGAN'] ?? Date.now() / 1000);
const lastBegin = minutes === undefined ? Infinity : (began + Number(minutes) * 60) * 1000;
const notBegun = [];
const isSlow = (name) => /^(crashes$|faults$|lab |browser )/.test(name);

async function runLane(names) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const name of names) {
    if (isSlow(name) && Date.now() > lastBegin) {
      notBegun.push(name);
      total.skipped += 1;
      continue;
    }
    const result = await runGate(name);
    total.passed += result.passed;
    total.failed += result.failed;
    total.skipped += result.skipped ?? 0;
  }
  return total;
}

const mode = process.argv[2] ?? 'all';
/** Names of gates, or `lab` and `browser` for all of theirs. */
const only = process.argv.slice(3).flatMap((word) => {
  const names = Object.keys(gates).filter((name) => name === word || name.startsWith(`${word} `));
  if (names.length === 0) throw new Error(`no gate ${word}; there are ${Object.keys(gates).join(', ')}`);
  return names;
});
const plan = only.length > 0 ? [[only]] : plans[mode];
const sums = [];
for (const lanes of plan) sums.push(...(await Promise.all(lanes.map(runLane))));
const passed = sums.reduce((sum, r) => sum + r.passed, 0);
const failed = sums.reduce((sum, r) => sum + r.failed, 0);
fs.rmSync(results, { recursive: true, force: true });
if (failures.length > 0) console.log(`\nfailed:\n  ${failures.join('\n  ')}`);
const skipped = sums.reduce((sum, r) => sum + r.skipped, 0);
if (notBegun.length > 0)
  console.log(`\nnot begun within ${minutes} minutes, each counts as one skipped:\n  ${notBegun.join('\n  ')}`);
console.log(`\n${passed} passed, ${failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}`);
process.exitCode = failed === 0 ? 0 : 1;
