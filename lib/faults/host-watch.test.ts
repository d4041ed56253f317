// What a watch of a director sees in a transaction file and the timers beside it, and how that is read.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { readWatch, WATCH } from './host-watch';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();

/** A folder as the guard keeps it, with release `1-aa` confirmed, and a watch of it whose timer lasts `seconds`. */
function watched(seconds: number) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lvs-watch-'));
  folders.push(folder);
  symlinkSync('releases/1-aa', path.join(folder, 'confirmed'));
  const timer = path.join(folder, 'timer-2.timer');
  const log = path.join(folder, 'log');
  const child = spawn('perl', ['-', '1', log, '60', folder, folder], { stdio: ['pipe', 'ignore', 'pipe'] });
  const deadline = Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0])) + seconds;
  let warnings = '';
  child.stderr.on('data', (chunk: Buffer) => (warnings += chunk.toString()));
  child.stdin.end(WATCH);
  return {
    hasTimer: (isThere: boolean) => (isThere ? writeFileSync(timer, '') : rmSync(timer)),
    /** Whole at every instant, as the guard writes it. */
    is: (state: string, step = '', timerName = 'timer-2') => {
      const lines = [
        `tx=2-bb`,
        `state=${state}`,
        `step=${step}`,
        `boot_id=${bootId}`,
        `deadline=${deadline}`,
        `timer=${timerName}`,
        'end=1',
      ];
      writeFileSync(path.join(folder, 'tx.new'), `${lines.join('\n')}\n`);
      renameSync(path.join(folder, 'tx.new'), path.join(folder, 'tx'));
    },
    end: async () => {
      child.kill('SIGTERM');
      await once(child, 'exit');
      expect(warnings).toBe('');
      return readWatch('director1', readFileSync(log, 'utf8'));
    },
  };
}

describe('a watch of a director', () => {
  it('tells how long after its time a change was taken back', async () => {
    const { hasTimer, is, end } = watched(2);
    hasTimer(true);
    is('armed');
    await sleep(700);
    is('switched');
    await sleep(1_500);
    is('switched', 'rolling-back');
    hasTimer(false);
    await sleep(600);
    is('rolled-back');
    await sleep(500);
    const { broken, late } = await end();
    expect(broken).toEqual([]);
    expect(late).toHaveLength(1);
    expect(late[0]).toBeGreaterThan(0.3);
    expect(late[0]).toBeLessThan(5);
  });

  it('tells a change that is in force without a timer', async () => {
    const { is, end } = watched(60);
    is('switched');
    await sleep(3_000);
    expect((await end()).broken).toEqual([
      { invariant: 7, what: 'director1: 2-bb is switched  and its timer timer-2 does not run' },
    ]);
  });

  it('tells a change that is in force 5 s after its time', async () => {
    const { hasTimer, is, end } = watched(0);
    hasTimer(true);
    is('switched', 'rolling-back');
    await sleep(6_500);
    expect((await end()).broken).toEqual([
      { invariant: 2, what: 'director1: 2-bb is still switched rolling-back 5 s after its time' },
    ]);
  }, 15_000);

  it('tells nothing of a change that is confirmed or taken back in time, or that a person put in place', async () => {
    const { hasTimer, is, end } = watched(60);
    hasTimer(true);
    is('armed');
    await sleep(500);
    is('confirmed');
    hasTimer(false);
    await sleep(500);
    is('switched', '', '');
    await sleep(2_500);
    expect(await end()).toEqual({ broken: [], late: [] });
  });

  it('of a host that was started anew finds nothing', () => {
    expect(readWatch('director1', 'booted\n')).toEqual({ broken: [], late: [] });
  });

  it.each(['', 'late 0.4\n'])('that was ended by something else has seen too little (%j)', (text) => {
    expect(readWatch('director1', text).broken).toEqual([
      { invariant: 0, what: 'director1: the watch was ended by something else' },
    ]);
  });
});
