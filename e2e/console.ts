// The running console for browser tests: `npm run demo` or `npm start` as a person would start it, with a port and a data folder of its own.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
/** First start on a fresh machine: packages, build and the lab's root file system. */
const START_MS = 15 * 60_000;
const STOP_MS = 60_000;

export const LAB_NAME = 'lvse2e';
export const LAB_PORT_BASE = 2400;

type DemoLab = { name: string; portBase: number };
export type RunningDemo = {
  url: string;
  signInLink: string;
  /** Everything that the demo printed so far. */
  output: () => string;
  /** SIGKILL to the one process of this console whose command line ends so. */
  kill: (program: 'lib/worker/main.ts' | 'next-server') => void;
  /** Ctrl-C, and waits for the end; resolves with the exit code. */
  stop: () => Promise<number | null>;
};

/** With a lab: real directors on real kernels. */
export function startDemo(
  port: number,
  lab: DemoLab = { name: LAB_NAME, portBase: LAB_PORT_BASE },
): Promise<RunningDemo> {
  const env = { LVS_CONSOLE_LAB: lab.name, LVS_CONSOLE_LAB_PORTS: String(lab.portBase) };
  return start('demo', port, env, /^\s+(http:\/\/\S*magic-link\S*)$/m);
}

/** The console alone: its database, its worker and its web, and no director anywhere. */
export function startConsole(port: number): Promise<RunningDemo> {
  return start('start', port, {}, /one-time link \(valid for an hour\): (http:\/\/\S*magic-link\S*)$/m);
}

async function start(command: string, port: number, more: Record<string, string>, link: RegExp): Promise<RunningDemo> {
  const dataFolder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-e2e-'));
  const child = spawn(process.execPath, ['lib/cli/bootstrap.mjs', command], {
    cwd: root,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LVS_CONSOLE_DATA: dataFolder, LVS_CONSOLE_PORT: String(port), ...more },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const signInLink = await waitForLink(child, () => output, link);
  const stop = async () => {
    const code = await interrupt(child);
    fs.rmSync(dataFolder, { recursive: true, force: true });
    return code;
  };
  const kill = (program: string) => process.kill(findProcess(dataFolder, program), 'SIGKILL');
  return { url: `http://127.0.0.1:${port}`, signInLink, output: () => output, kill, stop };
}

/** Of all processes the one that runs this program for this data folder; Next calls its own `next-server (version)`. */
function findProcess(dataFolder: string, program: string): number {
  const read = (pid: string, file: string) => {
    try {
      return fs.readFileSync(`/proc/${pid}/${file}`, 'utf8');
    } catch {
      return ''; // gone meanwhile
    }
  };
  const pids = fs.readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const found = pids.find(
    (pid) =>
      read(pid, 'cmdline')
        .split('\0')
        .some((word) => word === program || word.startsWith(`${program} `)) &&
      read(pid, 'environ').split('\0').includes(`LVS_CONSOLE_DATA=${dataFolder}`),
  );
  if (found === undefined) throw new Error(`${program} does not run for ${dataFolder}`);
  return Number(found);
}

async function waitForLink(child: ChildProcess, output: () => string, pattern: RegExp): Promise<string> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    const link = pattern.exec(output());
    if (link?.[1] && output().includes('Ctrl-C stops')) return link[1];
    if (child.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await interrupt(child);
  throw new Error(`the console did not come up:\n${output()}`);
}

/** As a terminal does: SIGINT to the whole foreground group. */
async function interrupt(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.pid === undefined) return child.exitCode;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  process.kill(-child.pid, 'SIGINT');
  const timer = setTimeout(() => child.pid !== undefined && process.kill(-child.pid, 'SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
  return child.exitCode;
}
