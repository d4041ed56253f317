// The life of a transaction: switch changes exactly what the release says, rollback brings back exactly what was there, once each.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { armRelease, type Sandbox, keepSandboxes } from './test-sandbox';

const open = keepSandboxes();

const A = '1-000000aa';
const B = '2-000000bb';
const stale = '/etc/ha.d/ha.cf';

/** Files of the host's owner that a release will stand on, one of each kind. */
function ownersFiles(box: Sandbox) {
  writeFileSync(`${box.root}${stale}`, 'the owner wrote this\n', { mode: 0o640 });
  mkdirSync(`${box.root}/etc/sysctl.d`, { recursive: true });
  symlinkSync('/nowhere/else', `${box.root}/etc/sysctl.d/90-lvs-console.conf`);
}
const rulesOf = async (box: Sandbox, chain: string) =>
  (await box.run(['iptables-save', '-c'])).stdout.split('\n').filter((l) => l.includes(chain));
async function deploy(box: Sandbox, tx: string, generation: number, tar: Buffer) {
  await armRelease(box, tx, generation, tar);
  for (const verb of ['switch', 'confirm'])
    expect(await box.guard([verb, tx, String(generation)])).toMatchObject({ code: 0 });
}

describe.each(['dash', 'busybox sh'])('a transaction under %s', (shell) => {
  it('switches kernel and files to the release, and only there', async () => {
    const box = await open({ shell });
    const foreign = (await box.run(['iptables-save'])).stdout.split('\n').filter((l) => !l.startsWith('#'));
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.status()).toMatchObject({ state: 'switched', live: A, confirmed: 'origin' });
    const now = (await box.run(['iptables-save'])).stdout.split('\n').filter((l) => !l.startsWith('#'));
    expect(now.filter((l) => !l.includes('LVS-CONSOLE'))).toEqual(foreign);
    expect(now.filter((l) => l.includes('LVS-CONSOLE'))).toEqual([
      ':LVS-CONSOLE - [0:0]',
      '-A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE',
      '-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -p tcp -m multiport --dports 80,443 -m comment --comment "lvs:web" -j MARK --set-xmark 0x1/0xffffffff',
      ':LVS-CONSOLE-NAT - [0:0]',
      '-A POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT',
      '-A LVS-CONSOLE-NAT -s 192.168.6.0/24 ! -d 192.168.6.0/24 -o eth0 -j MASQUERADE',
    ]);
    expect((await box.run(['ip', '-4', 'rule'])).stdout).toContain(
      '100:\tfrom all fwmark 0x1 iif eth0 lookup 100 proto 76\n',
    );
    expect((await box.run(['ip', 'route', 'show', 'table', 'all', 'proto', '76'])).stdout).toBe(
      'local default dev lo table 100 scope host \nunreachable 192.168.0.0/24 \n',
    );
    expect((await box.run(['cat', '/proc/sys/net/ipv4/ip_forward'])).stdout).toBe('1\n');
    expect((await box.run(['readlink', `${box.root}/etc/ha.d/haresources`])).stdout).toBe(
      `${box.root}/var/lib/lvs-console/live/files/etc/ha.d/haresources\n`,
    );
    expect((await box.run(['cat', `${box.root}${stale}`])).stdout).toContain('# from the console');
  });

  it('confirms nothing that was changed since its switch', async () => {
    const box = await open({ shell });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0 });
    const file = `${box.root}/var/lib/lvs-console/releases/${A}/files${stale}`;
    const checked = readFileSync(file, 'utf8');
    writeFileSync(file, `${checked}# by hand\n`);
    expect(await box.guard(['confirm', A, '1'])).toMatchObject({
      code: 11,
      stderr: expect.stringContaining(`files${stale}: FAILED`) as string,
    });
    expect(await box.status()).toMatchObject({ state: 'switched', confirmed: 'origin' });
    writeFileSync(file, checked);
    expect(await box.guard(['confirm', A, '1'])).toMatchObject({ code: 0 });
  });

  it('rolls back to exactly what was there, from every state, and again', async () => {
    const box = await open({ shell });
    ownersFiles(box);
    const before = await box.picture();
    for (const [generation, verbs] of [
      [1, []],
      [2, ['switch']],
      [3, ['switch', 'switch']],
    ] as const) {
      const tx = `${String(generation)}-000000aa`;
      await armRelease(box, tx, generation, releaseTar(testRelease(1)));
      for (const verb of verbs)
        expect(await box.guard([verb, tx, String(generation)])).toMatchObject({ code: 0, stderr: '' });
      for (let again = 0; again < 2; again += 1) {
        expect(await box.guard(['rollback', tx])).toMatchObject({ code: 0, stderr: '' });
        expect(await box.picture()).toBe(before);
        expect(await box.status()).toMatchObject({ state: 'rolled-back', live: 'origin', confirmed: 'origin' });
      }
      expect((await box.guard(['confirm', tx, String(generation)])).code).toBe(10);
      expect((await box.guard(['switch', tx, String(generation)])).code).toBe(10);
      expect((await box.guard(['stage', tx, String(generation)], { input: releaseTar(testRelease(1)) })).code).toBe(10);
    }
  });

  it('answers every repeated verb of a confirmed transaction as before, and refuses its rollback', async () => {
    const box = await open({ shell });
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    const picture = await box.picture();
    expect((await box.guard(['confirm', A, '1'])).code).toBe(0);
    expect((await box.guard(['rollback', A])).code).toBe(10);
    expect((await box.guard(['abort', A, '1'])).code).toBe(10);
    expect((await box.guard(['boot'])).code).toBe(0);
    expect((await box.guard(['confirm', A, '7'])).code).toBe(10);
    expect((await box.guard(['rollback', B])).code).toBe(14);
    expect(await box.picture()).toBe(picture);
    expect(await box.status()).toMatchObject({ state: 'confirmed', live: A, confirmed: A });
  });

  it('changes a second release by its difference: what stays the same keeps its counters', async () => {
    const box = await open({ shell });
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    await box.run(['iptables-restore', '-n', '-c'], {
      input: '*nat\n[77:7777] -A LVS-CONSOLE-NAT -s 192.0.2.1/32 -j RETURN\nCOMMIT\n',
    });
    await box.run(['iptables', '-t', 'nat', '-D', 'LVS-CONSOLE-NAT', '1']);
    const nat = '*nat\n:LVS-CONSOLE-NAT - [0:0]\n-A LVS-CONSOLE-NAT -s 192.0.2.1/32 -j RETURN\nCOMMIT\n';
    const rules = `${testRelease(2)['intent/rules.v4']!.content.split('*nat')[0]!}${nat}`;
    await deploy(box, B, 2, releaseTar(testRelease(2, { 'intent/rules.v4': rules })));
    const after = await rulesOf(box, 'LVS-CONSOLE');
    expect(after).toContainEqual('[77:7777] -A LVS-CONSOLE-NAT -s 192.0.2.1/32 -j RETURN');
    expect(after.filter((l) => l.includes('--set-xmark'))).toEqual([expect.stringContaining('0x2/0xffffffff')]);
    expect((await box.run(['ip', '-4', 'rule'])).stdout).toContain('fwmark 0x2 iif eth0 lookup 100 proto 76');
    expect((await box.run(['ip', '-4', 'rule'])).stdout).not.toContain('fwmark 0x1 ');
  });

  it('changes the rules of one group and lets those of the others keep their counters and their order', async () => {
    const box = await open({ shell });
    const mark = (port: number, value: number) =>
      `-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -p tcp -m tcp --dport ${String(port)} -j MARK --set-xmark 0x${String(value)}/0xffffffff`;
    const rules = (...lines: string[]) => ({
      'intent/rules.v4': `*mangle\n:LVS-CONSOLE - [0:0]\n${lines.join('\n')}\nCOMMIT\n`,
      'intent/jumps': 'mangle PREROUTING LVS-CONSOLE\n',
    });
    const before = [mark(80, 1), mark(81, 1), mark(82, 2), mark(83, 2), mark(84, 3)];
    await deploy(box, A, 1, releaseTar(testRelease(1, rules(...before))));
    const counted = before.map((line, at) => `[${String(at + 1)}:77] ${line}`).join('\n');
    await box.run(['iptables-restore', '-n', '-c'], { input: `*mangle\n:LVS-CONSOLE - [0:0]\n${counted}\nCOMMIT\n` });
    const after = [mark(79, 3), mark(80, 1), mark(82, 1), mark(82, 2), mark(84, 3), mark(85, 1)];
    await armRelease(box, B, 2, releaseTar(testRelease(1, rules(...after))));
    expect(await box.guard(['switch', B, '2'])).toMatchObject({ code: 0, stderr: '' });
    const own = async () => (await rulesOf(box, '-A LVS-CONSOLE ')).map((line) => line.trim());
    const [a, b, c, d, e, f] = after;
    expect(await own()).toEqual([
      `[0:0] ${a}`,
      `[1:77] ${b}`,
      `[0:0] ${c}`,
      `[3:77] ${d}`,
      `[5:77] ${e}`,
      `[0:0] ${f}`,
    ]);
    expect(await box.guard(['rollback', B])).toMatchObject({ code: 0, stderr: '' });
    const back = ['[1:77]', '[0:0]', '[3:77]', '[0:0]', '[5:77]'].map((counters, at) => `${counters} ${before[at]!}`);
    expect(await own()).toEqual(back);
  });

  it('gives a file back to its owner when a release does not manage it any more, and takes it again on rollback', async () => {
    const box = await open({ shell });
    ownersFiles(box);
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    const managed = await box.picture();
    const smaller = testRelease(1, {
      'files/etc/ha.d/ha.cf': undefined,
      'files/etc/ha.d/haresources': undefined,
      'files/etc/sysctl.d/90-lvs-console.conf': undefined,
    });
    await armRelease(box, B, 2, releaseTar(smaller));
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    expect(readFileSync(`${box.root}${stale}`, 'utf8')).toBe('the owner wrote this\n');
    expect((await box.run(['readlink', `${box.root}/etc/sysctl.d/90-lvs-console.conf`])).stdout).toBe(
      '/nowhere/else\n',
    );
    expect((await box.run(['ls', `${box.root}/etc/ha.d`])).stdout).toBe('authkeys\nha.cf\nldirectord.cf\nresource.d\n');
    expect((await box.guard(['rollback', B])).code).toBe(0);
    expect(await box.picture()).toBe(managed);
  });

  it('keeps what an administrator put in place of a managed file, and brings it back on rollback', async () => {
    const box = await open({ shell });
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    rmSync(`${box.root}${stale}`);
    writeFileSync(`${box.root}${stale}`, 'edited in a hurry\n');
    const drifted = await box.picture();
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    expect(readFileSync(`${box.root}${stale}`, 'utf8')).toContain('# from the console');
    expect((await box.guard(['rollback', B])).code).toBe(0);
    expect(await box.picture()).toBe(drifted);
  });

  it('leaves rules that others add meanwhile where they are, and puts its jump back in its old place', async () => {
    const box = await open({ shell });
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    await box.run(['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-p', 'udp', '-j', 'ACCEPT']);
    const before = await box.picture();
    const mangleOnly = testRelease(1)['intent/rules.v4']!.content.split('*nat')[0]!;
    await armRelease(
      box,
      B,
      2,
      releaseTar(testRelease(1, { 'intent/rules.v4': mangleOnly, 'intent/jumps': 'mangle PREROUTING LVS-CONSOLE\n' })),
    );
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    expect(await rulesOf(box, 'LVS-CONSOLE-NAT')).toEqual([]);
    await box.run(['iptables', '-t', 'mangle', '-A', 'PREROUTING', '-p', 'icmp', '-j', 'ACCEPT']);
    expect((await box.guard(['rollback', B])).code).toBe(0);
    await box.run(['iptables', '-t', 'mangle', '-D', 'PREROUTING', '-p', 'icmp', '-j', 'ACCEPT']);
    expect(await box.picture()).toBe(before);
  });

  it('restores its own chains when another tool flushed the table between switch and rollback', async () => {
    const box = await open({ shell });
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    const before = await box.picture();
    await armRelease(box, B, 2, releaseTar(testRelease(2)));
    expect((await box.guard(['switch', B, '2'])).code).toBe(0);
    const foreign = (await box.run(['iptables-save', '-t', 'mangle'])).stdout
      .split('\n')
      .filter((l) => !l.includes('LVS-CONSOLE'))
      .join('\n');
    await box.run(['iptables-restore'], { input: foreign });
    expect((await box.guard(['rollback', B])).code).toBe(0);
    expect(await box.picture()).toBe(before);
  });

  it('refuses a foreign route or rule that stands in the way instead of touching it', async () => {
    const box = await open({ shell });
    await box.run(['ip', 'route', 'add', 'blackhole', '192.168.0.0/24']);
    const before = await box.picture();
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 13 });
    expect(await box.status()).toMatchObject({ state: 'armed', step: 'switching' });
    expect((await box.guard(['confirm', A, '1'])).code).toBe(10);
    expect((await box.guard(['rollback', A])).code).toBe(0);
    expect(await box.picture()).toBe(before);
  });

  it('refuses to switch a release that was damaged after the check', async () => {
    const box = await open({ shell });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    writeFileSync(`${box.root}/var/lib/lvs-console/releases/${A}/intent/rules.v4`, '*mangle\nCOMMIT\n');
    expect((await box.guard(['switch', A, '1'])).code).toBe(11);
  });

  it('refuses to switch when the timer is gone', async () => {
    const box = await open({ shell });
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    rmSync(`${box.root}/run/systemd/transient`, { recursive: true });
    expect((await box.guard(['switch', A, '1'])).code).toBe(10);
  });

  it('arms again with a new timer before the old one is stopped', async () => {
    const box = await open({ shell });
    await armRelease(box, A, 1, releaseTar(testRelease(1)), 60);
    expect((await box.guard(['arm', A, '1', '300'])).code).toBe(0);
    expect(Number((await box.status()).seconds_left)).toBeGreaterThan(295);
    const timers = box
      .calls()
      .split('\n')
      .filter((l) => l.startsWith('system'))
      .map((l) => /lvs-console-rollback-\S+/.exec(l)?.[0]);
    expect(timers).toEqual([
      `lvs-console-rollback-${A}`,
      `lvs-console-rollback-${A}-2`,
      `lvs-console-rollback-${A}.timer`,
    ]);
    expect((await box.guard(['switch', A, '1'])).code).toBe(0);
  });

  it('without systemd a detached sleeper rolls back by itself, and dies at confirm', async () => {
    const box = await open({ shell, systemd: false });
    const before = await box.picture();
    await armRelease(box, A, 1, releaseTar(testRelease(1)), 5);
    expect((await box.guard(['switch', A, '1'])).code).toBe(0);
    expect(await box.picture()).not.toBe(before);
    await expect.poll(async () => (await box.status()).state, { timeout: 9000, interval: 200 }).toBe('rolled-back');
    expect(await box.picture()).toBe(before);
    await armRelease(box, B, 2, releaseTar(testRelease(1)), 600);
    const timer = /timer=sleeper-(\d+)/.exec(readFileSync(`${box.root}/var/lib/lvs-console/tx`, 'utf8'))![1]!;
    for (const verb of ['switch', 'confirm']) expect((await box.guard([verb, B, '2'])).code).toBe(0);
    // A zombie that nobody has reaped yet has no command line.
    await expect
      .poll(async () => (await box.run(['sh', '-c', `tr '\\0' ' ' < /proc/${timer}/cmdline || :`])).stdout, {
        timeout: 3000,
      })
      .toBe('');
  });

  it('after a restart of the host boots the confirmed release, whatever was open', async () => {
    const box = await open({ shell });
    ownersFiles(box);
    const before = await box.tree();
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect((await box.guard(['switch', A, '1'])).code).toBe(0);
    const tx = `${box.root}/var/lib/lvs-console/tx`;
    writeFileSync(tx, readFileSync(tx, 'utf8').replace(/^boot_id=.*$/m, 'boot_id=an-earlier-one'));
    expect((await box.guard(['confirm', A, '1'])).code).toBe(10);
    expect((await box.status()).seconds_left).toBe('0');
    expect((await box.guard(['boot'])).code).toBe(0);
    expect(await box.tree()).toBe(before);
    expect(await box.status()).toMatchObject({ state: 'rolled-back', live: 'origin', confirmed: 'origin' });
    expect((await box.guard(['boot'])).code).toBe(0);
  });

  it('apply puts an earlier release back, and origin the host as it was before the first deploy', async () => {
    const box = await open({ shell });
    ownersFiles(box);
    const before = (await box.picture()).replace(/\n0\n$/, '\n1\n'); // ip_forward has no owner to give it back to
    await deploy(box, A, 1, releaseTar(testRelease(1)));
    const first = await box.picture();
    await deploy(box, B, 2, releaseTar(testRelease(2)));
    expect((await box.guard(['list'])).stdout).toBe(
      `${A} earlier\n${B} live confirmed\norigin before-the-first-deploy\n`,
    );
    expect(await box.guard(['apply', A])).toMatchObject({ code: 0 });
    expect(await box.picture()).toBe(first);
    expect(await box.status()).toMatchObject({ live: A, confirmed: A, generation: '2' });
    expect(await box.guard(['apply', 'origin'])).toMatchObject({ code: 0 });
    expect(await box.picture()).toBe(before);
    expect((await box.guard(['apply', '9-00000009'])).code).toBe(14);
  });

  it('keeps the last ten confirmed releases and the first state, whatever was rolled back or put back in between', async () => {
    const box = await open({ shell });
    const name = (n: number) => `${String(n)}-000000cc`;
    const kept = async () =>
      (await box.run(['ls', `${box.root}/var/lib/lvs-console/releases`])).stdout.split('\n').filter(Boolean).toSorted();
    const expected = (...numbers: number[]) => ['origin', ...numbers.map(name)].toSorted();
    for (let n = 1; n <= 12; n += 1) await deploy(box, name(n), n, releaseTar(testRelease(n)));
    expect(await kept()).toEqual(expected(3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    await armRelease(box, name(13), 13, releaseTar(testRelease(13)));
    for (const args of [
      ['switch', name(13), '13'],
      ['rollback', name(13)],
    ])
      expect(await box.guard(args)).toMatchObject({ code: 0 });
    expect(await box.guard(['apply', name(3)]), 'the oldest is in force again').toMatchObject({ code: 0 });
    expect(await kept(), 'the one that was never confirmed went').toEqual(expected(3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
    await deploy(box, name(14), 14, releaseTar(testRelease(14)));
    expect(await kept(), 'what was in force before is among the newest').toEqual(
      expected(3, 5, 6, 7, 8, 9, 10, 11, 12, 14),
    );
    expect(await box.status()).toMatchObject({ live: name(14), confirmed: name(14) });
  });

  it('works when /etc and /var are different file systems', async () => {
    const box = await open({ shell, tmpfs: { at: 'var/lib', options: 'size=64m' } });
    ownersFiles(box);
    const before = await box.picture();
    await armRelease(box, A, 1, releaseTar(testRelease(1)));
    expect(await box.guard(['switch', A, '1'])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.guard(['rollback', A])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.picture()).toBe(before);
  });
});
