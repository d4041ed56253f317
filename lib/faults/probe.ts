// A client that never stops asking a virtual service whose mark no deploy touches: what it loses is what users would lose.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import type { ClientAnswer } from '../lab/client-request';
import { clientRequestScript, parseAnswers } from '../lab/client-request';
import type { Lab } from '../lab/lab';

const INTERVAL_MS = 200;
const TIMEOUT_MS = 2_000;
/** On one connection that stays open through the whole cell, a request every second; prints a line when it ends early. */
const HELD = `
const socket = require('net').connect(80, process.argv[1]);
const say = (what) => { console.log(what); process.exit(0); };
socket.on('error', (error) => say('lost: ' + error.code));
socket.on('close', () => say('lost: closed'));
let answers = 0;
socket.on('data', () => { answers += 1; });
socket.on('connect', () => {
  socket.write('GET / HTTP/1.1\\r\\nHost: probe\\r\\nConnection: keep-alive\\r\\n\\r\\n');
  setInterval(() => socket.write('GET / HTTP/1.1\\r\\nHost: probe\\r\\nConnection: keep-alive\\r\\n\\r\\n'), 1000);
});
process.on('SIGTERM', () => say('kept: ' + answers + ' answers'));`;

export type ProbeResult = { asked: number; failed: ClientAnswer[]; held: string };
export type Probe = { stop: () => Promise<ProbeResult> };

export function startProbe(lab: Lab, address: string, file: string): Probe {
  const output = fs.openSync(file, 'w');
  const start = (argv: string[], stdout: number | 'pipe'): ChildProcess => {
    const [program = '', ...args] = lab.execArgv('client', argv);
    return spawn(program, args, { stdio: ['ignore', stdout, 'ignore'] });
  };
  const node = process.execPath;
  const url = `http://${address}/`;
  const asking = start([node, clientRequestScript, url, '0', String(INTERVAL_MS), String(TIMEOUT_MS)], output);
  const holding = start([node, '-e', HELD, address], 'pipe');
  fs.closeSync(output);
  let held = '';
  holding.stdout?.on('data', (chunk: Buffer) => (held += chunk.toString()));
  return {
    stop: async () => {
      await Promise.all([end(asking), end(holding)]);
      const lines = fs.readFileSync(file, 'utf8').split('\n').slice(0, -1).join('\n');
      const answers = parseAnswers(lines);
      return { asked: answers.length, failed: answers.filter(({ error }) => error), held: held.trim() || 'kept' };
    },
  };
}

/** `ip netns exec` becomes the program itself, so the id is that of the client. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 5_000);
  await gone;
  clearTimeout(timer);
}
