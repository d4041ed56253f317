// kill -9 at every command that switch, rollback and confirm start, then the timer's rollback or a boot: the director is whole, old or new.
import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { armRelease, openSandbox, type Sandbox } from './test-sandbox';

const BASE = '1-000000aa';
const NEXT = '2-000000bb';

/** Changes the mark, adds a file in a new folder, drops a file that had an owner: every kind of path and of kernel object. */
const next = testRelease(2, {
  'files/etc/ha.d/ha.cf': undefined,
  'files/etc/ha.d/haresources': undefined,
  'files/etc/lvs-console/new/extra.conf': 'new\n',
  'files/etc/modules-load.d/lvs-console.conf': 'ip_vs\n',
  'intent/rules.v4': testRelease(2)['intent/rules.v4']!.content.split('*nat')[0],
  'intent/jumps': 'mangle PREROUTING LVS-CONSOLE\n',
});

type Stage = { box: Sandbox; base: string; armed: () => Promise<void>; shim: (kill: string) => Record<string, string> };

/** A box with BASE confirmed and NEXT armed, and a way to come back to exactly that. */
async function openArmed(shell: string): Promise<Stage> {
  const box = await openSandbox({ shell, counted: true });
  writeFileSync(`${box.root}/etc/ha.d/ha.cf`, 'the owner wrote this\n');
  mkdirSync(`${box.root}/etc/modules-load.d`);
  writeFileSync(`${box.root}/etc/modules-load.d/lvs-console.conf`, 'owned\n');
  await armRelease(box, BASE, 1, releaseTar(testRelease(1)));
  for (const verb of ['switch', 'confirm']) expect((await box.guard([verb, BASE, '1'])).code).toBe(0);
  await armRelease(box, NEXT, 2, releaseTar(next));
  const base = await box.picture();
  const sh = (script: string) => box.run(['sh', '-ec', script.replaceAll('ROOT', box.root)]);
  await sh('mkdir ROOT/backup; cp -a ROOT/etc ROOT/var ROOT/run ROOT/backup; iptables-save > ROOT/backup/rules');
  const armed = async () => {
    const { code, stderr } = await sh(
      `for d in etc var run; do rm -rf ROOT/$d; cp -a ROOT/backup/$d ROOT/$d; done; rm -f ROOT/killed; echo 0 > ROOT/count
       iptables-restore < ROOT/backup/rules
       ip rule del fwmark 0x2 2>/dev/null || :; ip rule | grep -q 'fwmark 0x1 ' || ip rule add priority 100 iif eth0 fwmark 0x1 lookup 100 protocol 76`,
    );
    if (code !== 0) throw new Error(stderr);
  };
  await armed();
  return { box, base, armed, shim: (kill) => ({ SHIM_KILL: kill }) };
}

/** Runs `trial` with the guard killed at its 1st, 2nd, ... command, until one run is not killed any more; answers how many were. */
async function everyCommand(
  trial: (kill: string) => Promise<boolean>,
  moments: readonly string[],
  step = 1,
): Promise<number> {
  for (let n = 1; n < 400; n += step)
    for (const moment of moments) if (!(await trial(`${moment}:${String(n)}`))) return n - 1;
  throw new Error('the guard never ended');
}

describe.each([
  ['dash', 1],
  ['busybox sh', 4],
])('kill -9 under %s (every %ith command)', (shell, step) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openArmed(shell);
  });
  afterAll(() => {
    stage.box.close();
  });

  it('in switch, then rollback: everything is as before, byte for byte', { timeout: 240_000 }, async () => {
    const { box, base, armed, shim } = stage;
    const kills = await everyCommand(
      async (kill) => {
        await armed();
        const { signal } = await box.guard(['switch', NEXT, '2'], { env: shim(kill) });
        const { code, stderr } = await box.guard(['rollback', NEXT]);
        expect({ kill, code, stderr }).toEqual({ kill, code: 0, stderr: '' });
        expect(await box.picture(), kill).toBe(base);
        expect(await box.status()).toMatchObject({ state: 'rolled-back', live: BASE, confirmed: BASE });
        return signal === 'SIGKILL';
      },
      ['before'],
      step,
    );
    expect(kills).toBeGreaterThan(20);
  });

  it('in switch, then a boot: the files are those of the confirmed release', { timeout: 240_000 }, async () => {
    const { box, armed, shim } = stage;
    await armed();
    const tree = await box.tree();
    const kills = await everyCommand(
      async (kill) => {
        await armed();
        const { signal } = await box.guard(['switch', NEXT, '2'], { env: shim(kill) });
        expect(await box.guard(['boot'])).toMatchObject({ code: 0 });
        expect(await box.tree(), kill).toBe(tree);
        expect(await box.status()).toMatchObject({ state: 'rolled-back', live: BASE, confirmed: BASE });
        return signal === 'SIGKILL';
      },
      ['after'],
      step,
    );
    expect(kills).toBeGreaterThan(20);
  });

  it('in rollback, then rollback again: everything is as before', { timeout: 240_000 }, async () => {
    const { box, base, armed, shim } = stage;
    const kills = await everyCommand(
      async (kill) => {
        await armed();
        expect((await box.guard(['switch', NEXT, '2'])).code).toBe(0);
        await box.run(['sh', '-c', `echo 0 > ${box.root}/count`]);
        const { signal } = await box.guard(['rollback', NEXT], { env: shim(kill) });
        // Killed before it had begun, the rollback loses to a confirm; once begun, never.
        const isConfirmed = signal === 'SIGKILL' && (await box.guard(['confirm', NEXT, '2'])).code === 0;
        if (isConfirmed) {
          expect(kill).toBe('before:1');
          return true;
        }
        const { code, stderr } = await box.guard(['rollback', NEXT]);
        expect({ kill, code, stderr }).toEqual({ kill, code: 0, stderr: '' });
        expect(await box.picture(), kill).toBe(base);
        return signal === 'SIGKILL';
      },
      ['before'],
      step,
    );
    expect(kills).toBeGreaterThan(10);
  });

  it.each(['rollback', 'boot'])(
    'in confirm, then %s: confirmed or rolled back as a whole, and a boot agrees',
    { timeout: 240_000 },
    async (after) => {
      const { box, base, armed, shim } = stage;
      await armed();
      const tree = await box.tree();
      let won = 0;
      const kills = await everyCommand(
        async (kill) => {
          await armed();
          expect((await box.guard(['switch', NEXT, '2'])).code).toBe(0);
          const switched = { picture: await box.picture(), tree: await box.tree() };
          await box.run(['sh', '-c', `echo 0 > ${box.root}/count`]);
          const { signal, code: confirmed } = await box.guard(['confirm', NEXT, '2'], { env: shim(kill) });
          const said = await box.status();
          const { code } = await box.guard(after === 'boot' ? ['boot'] : ['rollback', NEXT]);
          const status = await box.status();
          const isConfirmed = status.state === 'confirmed';
          won += isConfirmed ? 1 : 0;
          if (confirmed === 0) expect(isConfirmed, kill).toBe(true);
          // What the console reads right after the kill is what the next command finds: it decides by that.
          expect(said.state, kill).toBe(isConfirmed ? 'confirmed' : 'switched');
          expect(status, kill).toMatchObject(
            isConfirmed ? { live: NEXT, confirmed: NEXT } : { state: 'rolled-back', live: BASE, confirmed: BASE },
          );
          if (after === 'rollback') {
            expect(code, kill).toBe(isConfirmed ? 10 : 0);
            expect(await box.picture(), kill).toBe(isConfirmed ? switched.picture : base);
          } else expect(await box.tree(), kill).toBe(isConfirmed ? switched.tree : tree);
          return signal === 'SIGKILL';
        },
        ['before', 'after'],
        step,
      );
      expect(kills).toBeGreaterThan(5);
      expect(won).toBeGreaterThan(2);
    },
  );
});

describe('confirm against the timer', () => {
  it.each([
    ['dash', 80],
    ['busybox sh', 20],
  ])('has exactly one winner under %s, %i times', { timeout: 240_000 }, async (shell, times) => {
    const box = await openSandbox({ shell });
    try {
      await armRelease(box, NEXT, 2, releaseTar(testRelease(1)));
      expect((await box.guard(['switch', NEXT, '2'])).code).toBe(0);
      // The same kernel before and after, so that putting the state folder back is enough for the next race.
      const s = `${box.root}/var/lib/lvs-console`;
      await box.run([
        'sh',
        '-c',
        `rm ${s}/releases/${NEXT}/snapshot/sysctl; : > ${s}/releases/${NEXT}/snapshot/paths; for f in rules.v4 jumps policy-rules routes; do cp ${s}/releases/${NEXT}/intent/$f ${s}/releases/${NEXT}/snapshot/$f; done; cp -a ${s} ${s}.backup`,
      ]);
      const wins = { confirm: 0, rollback: 0 };
      for (let n = 0; n < times; n += 1) {
        await box.run(['sh', '-c', `rm -rf ${s}; cp -a ${s}.backup ${s}`]);
        const later = (verb: string[], ms: number) =>
          new Promise((resolve) => setTimeout(resolve, ms)).then(() => box.guard(verb));
        const [confirm, rollback] = await Promise.all([
          later(['confirm', NEXT, '2'], Math.random() * 12),
          later(['rollback', NEXT], Math.random() * 12),
        ]);
        const winner = confirm.code === 0 ? 'confirm' : 'rollback';
        wins[winner] += 1;
        expect([confirm.code, rollback.code]).toEqual(winner === 'confirm' ? [0, 10] : [10, 0]);
        expect(await box.status()).toMatchObject(
          winner === 'confirm'
            ? { state: 'confirmed', live: NEXT, confirmed: NEXT }
            : { state: 'rolled-back', live: 'origin', confirmed: 'origin' },
        );
      }
      expect(Math.min(wins.confirm, wins.rollback)).toBeGreaterThan(0);
    } finally {
      box.close();
    }
  });
});

describe('a host in trouble', () => {
  const boxes: Sandbox[] = [];
  const openBox = async (options: Parameters<typeof openSandbox>[0]) => {
    const box = await openSandbox(options);
    boxes.push(box);
    return box;
  };
  afterEach(() => {
    for (const box of boxes.splice(0)) box.close();
  });

  const fill = (box: Sandbox) =>
    box.run([
      'sh',
      '-c',
      `mkdir ${box.root}/fill; dd if=/dev/zero of=${box.root}/fill/big bs=64k 2>/dev/null; i=0; while true > ${box.root}/fill/$i; do i=$((i + 1)); done 2>/dev/null; df -Pk ${box.root} | tail -n 1; df -Pi ${box.root} | tail -n 1`,
    ]);

  it.each(['dash', 'busybox sh'])(
    'rolls back on a disk without space and inodes, filled before or after the switch (%s)',
    async (shell) => {
      for (const moment of ['before', 'after']) {
        const box = await openBox({ shell, tmpfs: { at: '', options: 'size=48m,nr_inodes=1200' } });
        await box.run(['sh', '-c', `echo owned > ${box.root}/etc/ha.d/ha.cf`]);
        const before = await box.picture();
        await armRelease(box, NEXT, 1, releaseTar(testRelease(1)));
        if (moment === 'before') await fill(box);
        const { code } = await box.guard(['switch', NEXT, '1']);
        expect(code).toBe(moment === 'before' ? 13 : 0);
        if (moment === 'after') expect((await fill(box)).stdout).toMatch(/ 100% .* 0 +100% /s);
        expect(await box.guard(['rollback', NEXT])).toMatchObject({ code: 0 });
        expect(await box.picture()).toBe(before);
        expect(await box.status()).toMatchObject({ state: 'rolled-back', live: 'origin' });
      }
    },
  );

  it('refuses to stage and to arm when the disk is too full to come back', async () => {
    const box = await openBox({ shell: 'dash', tmpfs: { at: '', options: 'size=48m,nr_inodes=1200' } });
    expect((await box.guard(['stage', NEXT, '1'], { input: releaseTar(testRelease(1)) })).code).toBe(0);
    expect((await box.guard(['check', NEXT])).code).toBe(0);
    await fill(box);
    expect((await box.guard(['arm', NEXT, '1', '60'])).code).toBe(13);
    expect(await box.status()).toMatchObject({ state: 'checked' });
    expect((await box.guard(['abort', NEXT, '1'])).code).toBe(0);
    expect((await box.guard(['stage', '3-000000cc', '2'], { input: releaseTar(testRelease(1)) })).code).toBe(13);
  });

  it('a rollback does not wait for a switch that hangs in a daemon', async () => {
    const box = await openBox({ shell: 'dash' });
    const before = await box.picture();
    writeFileSync(
      `${box.root}/shims/systemctl`,
      '#!/bin/sh\ncase $1 in start) exec sleep 30 > /dev/null 2>&1 ;; esac\n',
      { mode: 0o755 },
    );
    await armRelease(box, NEXT, 1, releaseTar(testRelease(1, { 'intent/daemon': 'restart-heartbeat\n' })));
    const hanging = box.guard(['switch', NEXT, '1']);
    await expect.poll(() => box.picture(), { timeout: 5000 }).not.toBe(before);
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { code, ms } = await box.guard(['rollback', NEXT]);
    expect(code).toBe(0);
    expect(ms).toBeLessThan(5000);
    expect(await box.picture()).toBe(before);
    expect((await hanging).signal).toBe('SIGKILL');
  });

  it('does not take a failed read of the kernel for an empty kernel', async () => {
    const box = await openBox({ shell: 'dash' });
    await armRelease(box, NEXT, 1, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', NEXT, '1'])).code).toBe(0);
    const switched = await box.picture();
    for (const tool of ['ip', 'iptables-save']) {
      writeFileSync(`${box.root}/shims/${tool}`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      expect((await box.guard(['rollback', NEXT])).code).toBe(13);
      expect((await box.status()).state).toBe('switched');
      expect((await box.guard(['confirm', NEXT, '1'])).code).toBe(10);
      await box.run(['rm', `${box.root}/shims/${tool}`]);
    }
    expect(await box.picture()).not.toBe(switched); // the files went back at the first try
    expect((await box.guard(['rollback', NEXT])).code).toBe(0);
    expect((await box.run(['iptables-save'])).stdout).not.toContain('LVS-CONSOLE');
  });
});
