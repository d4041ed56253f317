// A client that never stops asking a virtual service whose mark no deploy touches: what it loses is what users would lose.
import { spawn, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import type { ClientAnswer } from '../lab/client-request';
import { clientRequestScript, parseAnswers } from '../lab/client-request';
import type { Lab } from '../lab/lab';

const INTERVAL_MS = 200;
const TIMEOUT_MS = 2_000;
/**
 * One connection after the other, each held for 40 s (the real server closes after 60): a header a second, the end of the
 * request at the end, and an answer must come. Prints a line when one is lost.
 */
const HELD = `
const net = require('net');
let kept = 0, stopping = false, finish = () => {};
const lose = (what) => { console.log('lost: ' + what); process.exit(0); };
const hold = () => {
  const socket = net.connect(80, process.argv[1], () => socket.write('GET / HTTP/1.1\\r\\nHost: probe\\r\\n'));
  let answered = false;
  const drip = setInterval(() => socket.write('X-Probe: 1\\r\\n'), 1000);
  finish = () => { clearInterval(drip); clearTimeout(end); socket.write('\\r\\n'); };
  const end = setTimeout(finish, 40000);
  socket.on('data', () => { answered = true; });
  socket.on('error', (error) => lose(error.code));
  socket.on('close', () => {
    clearInterval(drip); clearTimeout(end);
    if (!answered) return lose('closed without an answer');
    kept += 1;
    if (stopping) { console.log('kept: ' + kept); process.exit(0); }
    hold();
  });
};
hold();
process.on('SIGTERM', () => { stopping = true; finish(); });`;

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
