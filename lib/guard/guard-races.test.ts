// Two guards at once, and guards that were killed between two renames: who may stop whom, and what a later one makes of what is left.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { armRelease, keepSandboxes, type Sandbox } from './test-sandbox';

const open = keepSandboxes();
const A = '1-000000aa';
const B = '2-000000bb';
const C = '3-000000cc';

async function deploy(box: Sandbox, tx: string, generation: number, mark = 1) {
  await armRelease(box, tx, generation, releaseTar(testRelease(mark)));
  for (const verb of ['switch', 'confirm'])
    expect(await box.guard([verb, tx, String(generation)])).toMatchObject({ code: 0 });
}
const sh = (box: Sandbox, script: string) => box.run(['sh', '-ec', script.replaceAll('ROOT', box.root)]);

/** Holds the lock as a guard does, for a while; answers whether it came to its end. */
async function holdLock(box: Sandbox, verb: string, seconds = 6): Promise<() => Promise<boolean>> {
  const script = `exec 9>> ROOT/run/lvs-console.lock; flock 9; echo "$$ ${verb}" > ROOT/run/lvs-console.lock.holder; touch ROOT/held; sleep ${seconds}; echo whole`;
  const held = sh(box, script);
  await expect.poll(async () => (await box.run(['ls', box.root])).stdout, { timeout: 5000 }).toContain('held');
  return async () => (await held).stdout === 'whole\n';
}

describe('the lock', () => {
  it.each([
    ['another console’s switch by a rollback of what has ended long ago', 'switch', A, 14],
    ['what a person applies by any rollback', 'apply', B, 0],
  ])('is not taken from %s', async (_what, verb, tx, code) => {
    const box = await open({ shell: 'dash' });
    await deploy(box, A, 1);
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    const isWhole = await holdLock(box, verb);
    expect(await box.guard(['rollback', tx])).toMatchObject({ code });
    expect(await isWhole()).toBe(true);
  });

  it('is taken from a switch by the rollback of that very switch', async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    const isWhole = await holdLock(box, 'switch', 90);
    const { code, stderr, ms } = await box.guard(['rollback', A]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stopping guard switch') as string,
    });
    // Its `sleep`, which has the lock too, has not been waited for.
    expect(ms).toBeLessThan(60_000);
    expect(await isWhole()).toBe(false);
  });

  // Of a rollback's or a person's guard as well: only while it lives is it left the time that it needs.
  it.each(['switch', 'rollback', 'apply'])(
    'is taken from what hangs when the guard of %s has been killed',
    async (verb) => {
      const box = await open({ shell: 'dash' });
      await armRelease(box, A, 1, releaseTar(testRelease(1)));
      const uptime = Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
      const isWhole = await holdLock(box, `${verb} ${uptime}`, 90);
      await sh(box, 'read -r holder rest < ROOT/run/lvs-console.lock.holder; kill -KILL "$holder"');
      const { code, stderr, ms } = await box.guard(['rollback', A]);
      expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('what it started') as string });
      expect(ms).toBeLessThan(60_000);
      expect(await isWhole()).toBe(false);
    },
  );

  it('is taken from a rollback that hangs, and from no other rollback', { timeout: 60_000 }, async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    const uptime = Math.floor(Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]));
    const isWhole = await holdLock(box, `rollback ${uptime}`);
    expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
    expect(await isWhole()).toBe(true);
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    await sh(box, 'rm ROOT/held');
    const isAlsoWhole = await holdLock(box, 'rollback -700', 90);
    const { code, stderr } = await box.guard(['rollback', B]);
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('stopping guard rollback') as string,
    });
    expect(await isAlsoWhole()).toBe(false);
  });
});

describe('what hangs', () => {
  const look = (box: Sandbox, seconds: string) =>
    sh(box, `sed -i 's/^LOOK_SECONDS=[0-9]* /LOOK_SECONDS=${seconds} /' ROOT/usr/lib/lvs-console/guard`);
  const shim = (box: Sandbox, body: string) =>
    sh(box, `printf '#!/bin/sh\n%s\n' '${body}' > ROOT/shims/iptables-save; chmod 755 ROOT/shims/iptables-save`);

  it.each(['dash', 'busybox sh', 'bash --posix'])(
    'is a tool that does not end: it is killed and named, and the next rollback brings all back (%s)',
    async (shell) => {
      const box = await open({ shell });
      await look(box, '2');
      const before = await box.picture();
      await armRelease(box, A, 1, releaseTar(testRelease(1)));
      expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
      await sh(box, 'mkfifo ROOT/never');
      await shim(box, ': < ROOT/never');
      const { code, stderr } = await box.guard(['rollback', A]);
      expect({ code, stderr }).toMatchObject({
        code: 13,
        stderr: expect.stringMatching(
          /iptables-save failed[^]*killed after it had hung for more than 2 seconds: iptables-save \(process \d+\)/,
        ) as string,
      });
      await sh(box, 'rm ROOT/shims/iptables-save');
      expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
      await sh(box, 'rm ROOT/never');
      expect(await box.picture()).toBe(before);
    },
  );

  it('is a guard that waits for programs which have ended: it is killed, and the next one says so', async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
    await look(box, '1');
    await shim(box, 'setsid sleep 60 2> /dev/null 9>&- & echo $! > ROOT/left');
    const { signal } = await box.guard(['rollback', A]);
    expect(signal).toBe('SIGKILL');
    await sh(box, 'rm ROOT/shims/iptables-save; read -r left < ROOT/left; kill "$left"');
    expect(await box.guard(['rollback', A])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('which waited for programs that had ended') as string,
    });
    expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
  });

  it('is not a step that takes its time in a daemon, and nothing of the watch is left behind', async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1, { 'intent/daemon': 'start-heartbeat\n' })));
    await look(box, '0.83');
    await sh(box, "sed -i '2i touch ROOT/begun; sleep 4' ROOT/shims/systemctl");
    const switched = box.guard(['switch', A, '1']);
    await expect.poll(async () => (await box.run(['ls', box.root])).stdout, { timeout: 10_000 }).toContain('begun');
    const descriptors = await sh(
      box,
      'for p in $(pgrep -f ^dash.ROOT/usr/lib); do readlink /proc/$p/fd/* | tr "\\n" " "; echo; done',
    );
    // It is seen at work, though a shell puts the lock's descriptor aside while it waits for a program that does not get it.
    expect(await box.status()).toMatchObject({ busy: 'switch' });
    // The watch has neither the lock nor an output that somebody waits for.
    expect(descriptors.stdout.split('\n').slice(0, -1)).toContainEqual(expect.not.stringMatching(/socket:|lock/));
    expect(await switched).toMatchObject({ code: 0, stderr: '' });
    await expect
      .poll(async () => (await box.run(['pgrep', '-fc', `^sleep 0.83$|${box.root}/usr/lib`])).stdout, { timeout: 3000 })
      .toBe('0\n');
  });
});

describe('a disk that does not answer', () => {
  const DISK = `#!/bin/sh
for fd in /proc/$$/fd/*; do [ "$(readlink $fd)" != ROOT/run/lvs-console.lock ] || echo "sync $* has the lock" >> ROOT/kept; done
[ ! -e ROOT/never ] || : < ROOT/never`;

  it('is waited for without the lock, so that a rollback ends also when a confirmation hangs in it', async () => {
    const box = await open({ shell: 'dash' });
    const before = await box.picture();
    writeFileSync(`${box.root}/shims/sync`, DISK.replaceAll('ROOT', box.root));
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
    await sh(box, 'mkfifo ROOT/never');
    const confirmed = box.guard(['confirm', A, '1']);
    await expect.poll(async () => (await box.status()).busy, { timeout: 5000 }).toBe('confirm');
    const rolledBack = box.guard(['rollback', A]);
    await expect.poll(async () => (await box.status()).state, { timeout: 10_000 }).toBe('rolled-back');
    // The lock is free again while the rollback itself still waits for the disk.
    expect(await sh(box, 'flock -w 2 ROOT/run/lvs-console.lock true')).toMatchObject({ code: 0 });
    expect(await rolledBack).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/stopping guard confirm[^]*the disk has not taken everything/) as string,
    });
    await sh(box, 'for p in 1 2 3 4 5; do timeout 1 sh -c ": > ROOT/never" || break; done; rm -f ROOT/never');
    expect((await confirmed).signal).toBe('SIGKILL');
    expect(await box.picture()).toBe(before);
    expect((await sh(box, 'cat ROOT/kept 2> /dev/null || :')).stdout).toBe('');
  });
});

describe('a rollback', () => {
  it('ends also when an interface that the switch met has gone', async () => {
    const box = await open({ shell: 'dash' });
    await sh(box, 'ip link add gone0 type dummy');
    const sysctl = { 'intent/sysctl': 'net.ipv4.ip_forward=1\nnet.ipv6.conf.all.forwarding=1\n' };
    await armRelease(box, A, 1, releaseTar(testRelease(1, sysctl)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
    await sh(box, 'ip link del gone0');
    expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
    expect((await sh(box, 'cat /proc/sys/net/ipv6/conf/all/forwarding')).stdout).toBe('0\n');
  });

  it('of a damaged transaction is of the release that is in place, and of no other', async () => {
    const box = await open({ shell: 'dash' });
    const before = await box.picture();
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', A, '1'])).code).toBe(0);
    writeFileSync(`${box.root}/var/lib/lvs-console/tx`, 'tx=1-\n');
    expect((await box.guard(['rollback', B])).code).toBe(14);
    expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.picture()).toBe(before);
  });

  it('stops a daemon whose start has only begun, so that it has no process yet', async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1, { 'intent/daemon': 'start-heartbeat\n' })));
    expect((await box.guard(['switch', A, '1'])).code).toBe(0); // this systemctl starts nothing
    writeFileSync(`${box.root}/calls`, '');
    expect((await box.guard(['rollback', A])).code).toBe(0);
    expect(box.calls()).toContain('systemctl stop heartbeat.service');
  });
});

describe('a start of the host', () => {
  const boot = (box: Sandbox) => box.guard(['boot']);
  const restarted = (box: Sandbox) => sh(box, "sed -i 's/^boot_id=.*/boot_id=another/' ROOT/var/lib/lvs-console/tx");

  it.each([
    ['nothing', ''],
    ['the half of a name', 'tx=2-\n'],
  ])('goes back to the confirmed release when the transaction file holds %s', async (_what, text) => {
    const box = await open({ shell: 'dash' });
    await deploy(box, A, 1);
    const tree = await box.tree();
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    writeFileSync(`${box.root}/var/lib/lvs-console/tx`, text);
    expect((await boot(box)).code).toBe(0);
    expect(await box.tree()).toBe(tree);
    expect(await box.status()).toMatchObject({ state: 'rolled-back', live: A, confirmed: A });
  });

  it('that finds a release half confirmed notes it, so that it can be applied again and is kept', async () => {
    const box = await open({ shell: 'dash' });
    await deploy(box, A, 1);
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    await sh(box, `cd ROOT/var/lib/lvs-console; ln -sfn releases/${B} confirmed`);
    await restarted(box);
    expect((await boot(box)).code).toBe(0);
    await deploy(box, C, 3, 3);
    expect((await box.guard(['list'])).stdout).toContain(`${B} earlier`);
    expect(await box.guard(['apply', B])).toMatchObject({ code: 0 });
  });

  it('tells systemd what starts now, because it has read the units of the release that went back', async () => {
    const box = await open({ shell: 'dash' });
    await deploy(box, A, 1);
    await armRelease(
      box,
      B,
      2,
      releaseTar(testRelease(2, { 'intent/meta': 'stack=heartbeat\nunit=heartbeat.service\n' })),
    );
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    await restarted(box);
    writeFileSync(`${box.root}/calls`, '');
    expect(await boot(box)).toMatchObject({ code: 0 });
    const calls = box.calls();
    expect(calls).toContain('systemctl daemon-reload');
    expect(calls).toContain('systemctl --no-block stop heartbeat.service');
    writeFileSync(`${box.root}/calls`, '');
    expect(await boot(box)).toMatchObject({ code: 0 });
    expect(box.calls()).not.toContain('systemctl');
  });

  it('where /var is mounted later than systemd reads its units', async () => {
    const box = await open({ shell: 'dash', tmpfs: { at: 'var/lib', options: 'size=20m' } });
    const meta = 'stack=heartbeat\nunit=heartbeat.service\n';
    await armRelease(box, A, 1, releaseTar(testRelease(1, { 'intent/meta': meta })));
    for (const verb of ['switch', 'confirm']) expect((await box.guard([verb, A, '1'])).code).toBe(0);
    writeFileSync(`${box.root}/calls`, '');
    expect(await boot(box)).toMatchObject({ code: 0, stderr: '' });
    expect(box.calls()).toContain('systemctl --no-block start heartbeat.service');
  });
});

describe('a guard that is killed while it exchanges a checked release', () => {
  it('leaves none that counts as checked', { timeout: 120_000 }, async () => {
    const box = await open({ shell: 'dash', counted: true });
    const evil = releaseTar(testRelease(1, { 'files/usr/lib/lvs-console/rules': '#!/bin/sh\nid\n' }));
    let kills = 0;
    // Two commands of one pipe may count as one, so that a number is passed over.
    let missed = 0;
    for (let at = 1; at < 80 && missed < 4; at += 1) {
      await box.guard(['abort', A, '1']);
      await sh(box, 'echo 0 > ROOT/count; rm -f ROOT/killed');
      expect((await box.guard(['stage', A, '1'], { input: releaseTar(testRelease(1)) })).code).toBe(0);
      expect((await box.guard(['check', A])).code).toBe(0);
      await sh(box, 'echo 0 > ROOT/count');
      await box.guard(['stage', A, '1'], { input: evil, env: { SHIM_KILL: `after:${String(at)}` } });
      const isKilled = (await box.run(['ls', box.root])).stdout.includes('killed');
      missed = isKilled ? 0 : missed + 1;
      if (!isKilled) continue;
      kills += 1;
      const { state = '' } = await box.status();
      const rules = await sh(
        box,
        `cat ROOT/var/lib/lvs-console/releases/${A}/files/usr/lib/lvs-console/rules 2> /dev/null || :`,
      );
      expect({ at, state, isEvil: rules.stdout.includes('id') }).not.toEqual({ at, state: 'checked', isEvil: true });
    }
    expect(kills).toBeGreaterThan(10);
  });
});

describe('a checked release on the disk', () => {
  it('is not switched to when any one of its files is cut, empty or gone', { timeout: 120_000 }, async () => {
    const box = await open({ shell: 'dash' });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    const before = await box.picture();
    const folder = `${box.root}/var/lib/lvs-console/releases/${A}`;
    const names = ['MANIFEST', 'MANIFEST.sum', ...Object.keys(testRelease(1))];
    const outcomes = [];
    const damages = (name: string) => [
      ...['truncate -s -2 F', 'truncate -s 0 F'],
      // An older guard took no sum, so that its absence means nothing.
      ...(name === 'MANIFEST.sum' ? ['truncate -s 7 F', "sed -i 's/^./`/' F"] : ['rm F']),
    ];
    for (const name of names)
      for (const damage of damages(name)) {
        await sh(box, `cp -p ${folder}/${name} ROOT/kept; ${damage.replace('F', `${folder}/${name}`)}`);
        const { code } = await box.guard(['switch', A, '1']);
        outcomes.push({ name, damage, code });
        await sh(box, `cp -p ROOT/kept ${folder}/${name}`);
      }
    expect(outcomes.filter(({ code }) => code !== 11)).toEqual([]);
    expect(await box.picture()).toBe(before);
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('a disk', () => {
  it('is not filled by releases that are staged and rolled back', async () => {
    const box = await open({ shell: 'dash' });
    for (let n = 1; n < 5; n += 1) {
      const tx = `${String(n)}-000000dd`;
      expect((await box.guard(['stage', tx, String(n)], { input: releaseTar(testRelease(1)) })).code).toBe(0);
      expect((await box.guard(['rollback', tx])).code).toBe(0);
    }
    expect((await box.run(['ls', `${box.root}/var/lib/lvs-console/releases`])).stdout).toBe(
      '3-000000dd\n4-000000dd\norigin\n',
    );
    expect(readFileSync(`${box.root}/var/lib/lvs-console/generation`, 'utf8')).toBe('4 4-000000dd\n');
  });
});
