import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  identifyProcess,
  isAlive,
  killSession,
  parseProcStat,
  sessionMembers,
  startDetached,
} from './process-identity';
import { runCommand } from './run-command';

let folder = '';
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lab-process-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));
const start = (...argv: string[]) => startDetached(argv, { logFile: path.join(folder, 'log') });

describe('parseProcStat', () => {
  it('is not misled by a name with spaces and brackets', () => {
    const fields = ['S', 1, 77, 78, ...Array.from({ length: 15 }, () => 0), 4242, 1].join(' ');
    expect(parseProcStat(`123 (a) (b c) ${fields}`)).toEqual({ state: 'S', session: 78, startTicks: 4242 });
  });

  it('knows nothing of a process that is gone', () => expect(parseProcStat('')).toBeUndefined());
});

describe('killSession', () => {
  it('ends the leader and its children', async () => {
    const leader = start('sh', '-c', 'sleep 61 & sleep 61 & wait');
    await expect.poll(() => sessionMembers(leader).length).toBe(3);
    await killSession(leader);
    expect(isAlive(leader)).toBe(false);
    expect(sessionMembers(leader)).toEqual([]);
  });

  it('ends the children of a leader that has ended', async () => {
    const leader = start('sh', '-c', 'sleep 62 & exit 0');
    await expect.poll(() => isAlive(leader)).toBe(false);
    expect(sessionMembers(leader)).toHaveLength(1);
    await killSession(leader);
    expect(sessionMembers(leader)).toEqual([]);
  });

  it.each([
    ['start time', { startTicks: -1 }],
    ['boot', { bootId: 'another' }],
  ])('does not touch a process whose %s is another', async (_what, other) => {
    const child = spawn('sleep', ['63'], { detached: true, stdio: 'ignore' });
    const identity = identifyProcess(child.pid ?? 0);
    if (!identity) throw new Error('sleep did not start');
    await killSession({ ...identity, ...other });
    expect(isAlive(identity)).toBe(true);
    await killSession(identity);
  });
});

describe('runCommand', () => {
  it('hands over input, output and exit status', async () => {
    const result = await runCommand(['sh', '-c', 'cat; echo problem >&2; exit 3'], { input: 'hello' });
    expect(result).toEqual({ code: 3, stdout: 'hello', stderr: 'problem\n', timedOut: false });
  });

  it('ends at the time limit with everything the command started', async () => {
    const { code, timedOut } = await runCommand(['sh', '-c', 'sleep 64 & sleep 64; true'], { timeoutMs: 100 });
    expect({ code, timedOut }).toEqual({ code: 124, timedOut: true });
  });

  it('tells a program that is not there from one that fails', async () => {
    expect((await runCommand(['/no/such/program'])).code).toBe(127);
  });
});
