// First thing on a fresh machine: makes what a command needs (packages, database client, build), then runs it. Node built-ins only.
//
// Every step is skipped when the hash of its inputs is unchanged, so a second start costs milliseconds.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureBuild, ensureDatabaseClient, ensureNpmPackages } from './bootstrap-npm.mjs';
import { ensureDebianPackages } from './bootstrap-debian.mjs';
import { ensureFastKernel } from './bootstrap-kernel.mjs';
import { root } from './bootstrap-step.mjs';

const tsx = ['--conditions=react-server', '--import', 'tsx'];
const node = (...args) => ({ argv: [process.execPath, ...args] });

/** Viewers of a stream are measured on the console as it runs, deploys in a lab; the others need neither build nor database. */
const benchNeeds = {
  deploy: ['npm', 'client', 'lab', 'kernel', 'compared'],
  stream: ['npm', 'client', 'build', 'tests'],
};

/** command -> what must be there first (may depend on its arguments), and what is run then. */
const commands = {
  demo: {
    needs: ['npm', 'client', 'build', 'lab'],
    run: (rest) => node(...tsx, 'lib/cli/demo.ts', ...rest),
    needsRoot: true,
  },
  start: { needs: ['npm', 'client', 'build'], run: (rest) => node(...tsx, 'lib/cli/start.ts', ...rest) },
  dev: { needs: ['npm', 'client'], run: (rest) => node(...tsx, 'lib/cli/start.ts', '--dev', ...rest) },
  test: {
    needs: ['npm', 'client', 'lab', 'tests', 'kernel'],
    run: (rest) => node('lib/testing/run-tests.mjs', 'all', ...rest),
    needsRoot: true,
  },
  faults: {
    needs: (rest) => ['npm', 'client', 'build', 'lab', 'kernel', ...(rest.includes('--compare') ? ['compared'] : [])],
    run: (rest) => node(...tsx, 'lib/faults/main.ts', ...rest),
    needsRoot: true,
  },
  bench: {
    needs: ([bench]) => benchNeeds[bench] ?? ['npm', 'tests'],
    run: (rest) => node(...tsx, 'lib/testing/bench/main.ts', ...rest),
    needsRoot: true,
  },
  check: { needs: ['npm', 'client'], run: (rest) => node('lib/testing/run-tests.mjs', 'check', ...rest) },
  lab: { needs: ['npm', 'lab'], run: (rest) => node('--import', 'tsx', 'lib/lab/main.ts', ...rest), needsRoot: true },
  cli: {
    needs: ['npm'],
    run: (rest) => node('--import', 'tsx', path.join(root, 'lib/cli/main.ts'), ...rest),
    keepFolder: true,
  },
};

const steps = {
  npm: ensureNpmPackages,
  client: ensureDatabaseClient,
  build: ensureBuild,
  lab: () => ensureDebianPackages('lab'),
  tests: () => ensureDebianPackages('tests'),
  kernel: ensureFastKernel,
  compared: () => ensureDebianPackages('compared'),
};

const [name, ...rest] = process.argv.slice(2);
const command = commands[name];
if (!command) {
  process.stderr.write(`usage: bootstrap.mjs ${Object.keys(commands).join('|')}\n`);
  process.exit(2);
}
try {
  const needs = typeof command.needs === 'function' ? command.needs(rest) : command.needs;
  for (const step of needs) await steps[step]();
} catch (error) {
  process.stderr.write(`\n${error.message}\n`);
  process.exit(1);
}
run(command);

/** The lab's namespaces and taps need root: without it the command is run through sudo, which never asks here. */
function run({ run: make, needsRoot, keepFolder }) {
  const { argv } = make(rest);
  const [program, ...args] =
    needsRoot && process.getuid() !== 0 ? ['sudo', '-n', '-E', `PATH=${process.env.PATH}`, ...argv] : argv;
  const child = spawn(program, args, { cwd: keepFolder ? process.cwd() : root, stdio: 'inherit' });
  // Ctrl-C reaches the child by itself (same terminal); the bootstrap only waits for it to clean up.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => signal !== 'SIGINT' && child.kill(signal));
  child.on('error', (error) => {
    process.stderr.write(`${program} could not be started: ${error.message}\n`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)));
}
