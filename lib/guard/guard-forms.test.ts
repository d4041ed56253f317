// Every form of rules on a real kernel: sets, nftables, IPv6 and fixed addresses come, change and go, and a rollback brings back what was there.
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withAddresses, withIpv6, withNftables, withSets } from './test-forms';
import { releaseTar, testRelease } from './test-release';
import { armRelease, type Sandbox, keepSandboxes } from './test-sandbox';

const open = keepSandboxes();

type Change = Record<string, string | undefined>;
const tarOf = (mark: number, change: Change = {}) => releaseTar(testRelease(mark, change));
const FORMS: Record<string, (mark: number) => Change> = {
  plain: () => ({}),
  sets: withSets,
  nftables: withNftables,
  'plain of both families': withIpv6,
  'sets with IPv6': (mark) => ({ ...withIpv6(mark), ...withSets(mark) }),
  'nftables with IPv6 delivery': (mark) => ({
    ...withIpv6(mark),
    ...withNftables(mark),
    'intent/rules.v6': '',
    'intent/jumps6': '',
  }),
  'fixed addresses': () => withAddresses(),
};
const names = Object.keys(FORMS);
/** Each form once from and once to its neighbours: around the ring and back. */
const moves = names
  .map((from, at) => [from, names[(at + 1) % names.length]!] as const)
  .flatMap(([from, to]) => [[from, to] as const, [to, from] as const]);
/** What only a rollback brings back: sysctls have no owner, and a folder of units stays when it is empty. */
const withoutOwner = (picture: string) =>
  picture
    .split('\n')
    .filter((line) => !/^anycast |^d 755 etc\/systemd|\.wants/.test(line))
    .join('\n');

async function deploy(box: Sandbox, n: number, change: Change, mark = n) {
  const tx = `${String(n)}-0000000f`;
  await armRelease(box, tx, n, tarOf(mark, change));
  expect(await box.guard(['switch', tx, String(n)])).toMatchObject({ code: 0, stderr: '' });
  return tx;
}
const confirm = async (box: Sandbox, tx: string) => {
  expect(await box.guard(['confirm', tx, tx.split('-')[0]!])).toMatchObject({ code: 0 });
};
const text = async (box: Sandbox, command: string) => (await box.run(['sh', '-c', command])).stdout;

describe.each(['dash', 'busybox sh'])('under %s', (shell) => {
  it.each(names)('a first release of %s comes and goes without a trace', async (name) => {
    const box = await open({ shell });
    const before = await box.picture();
    const tx = await deploy(box, 1, FORMS[name]!(1));
    expect(await box.picture()).not.toBe(before);
    for (let again = 0; again < 2; again += 1)
      expect(await box.guard(['rollback', tx])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.picture()).toBe(before);
  });
});

describe('moving between forms', () => {
  it.each(moves)('from %s to %s: the new one alone stands, rollback brings the old one back', async (from, to) => {
    const box = await open({ shell: 'dash' });
    await confirm(box, await deploy(box, 1, FORMS[from]!(1)));
    const first = await box.picture();
    const tx = await deploy(box, 2, FORMS[to]!(2));
    const second = await box.picture();
    expect(await box.guard(['rollback', tx])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.picture()).toBe(first);
    await confirm(box, await deploy(box, 3, FORMS[to]!(2), 2));
    expect(withoutOwner(await box.picture())).toBe(withoutOwner(second));
    expect(await box.guard(['apply', '1-0000000f'])).toMatchObject({ code: 0 });
    expect(withoutOwner(await box.picture())).toBe(withoutOwner(first));
    expect(await box.guard(['apply', 'origin'])).toMatchObject({ code: 0 });
    expect(await box.picture()).not.toMatch(/LVS-CONSOLE|lvs-console-web|table inet lvs-console|proto 76|7\.240/);
  });
});

describe('what a switch leaves alone', () => {
  it('the new form stands before the old one is taken away', async () => {
    const box = await open({ shell: 'dash', counted: true });
    for (const [n, from, to, first, then] of [
      [1, 'plain', 'nftables', /^nft -f /, /^iptables-restore -n -w 5$/],
      [3, 'nftables', 'sets', /^iptables-restore -n -w 5$/, /^nft delete table/],
      [5, 'sets', 'plain', /^iptables-restore -n -w 5$/, /^ipset destroy lvs-console-web$/],
    ] as const) {
      await confirm(box, await deploy(box, n, FORMS[from]!(1), 1));
      await armRelease(box, `${String(n + 1)}-0000000f`, n + 1, tarOf(1, FORMS[to]!(1)));
      await box.run(['sh', '-c', `: > ${box.root}/trace`]);
      const outcome = await box.guard(['switch', `${String(n + 1)}-0000000f`, String(n + 1)], {
        env: { SHIM_TRACE: '1' },
      });
      expect(outcome).toMatchObject({ code: 0, stderr: '' });
      const lines = (await text(box, `cat ${box.root}/trace`)).split('\n');
      const at = (pattern: RegExp) => lines.findIndex((line) => pattern.test(line));
      expect(at(first)).toBeGreaterThanOrEqual(0);
      expect(at(then)).toBeGreaterThan(at(first));
      await confirm(box, `${String(n + 1)}-0000000f`);
    }
  });

  it('a set whose entries stay the same is not filled again, a changed one is swapped in and keeps its rule', async () => {
    const box = await open({ shell: 'dash' });
    await confirm(box, await deploy(box, 1, withSets(1)));
    await armRelease(box, '2-0000000f', 2, tarOf(1, withSets(1)));
    expect((await box.guard(['switch', '2-0000000f', '2'])).stdout).toContain('sets: unchanged\nrules: unchanged\n');
    await confirm(box, '2-0000000f');
    await armRelease(box, '3-0000000f', 3, tarOf(1, withSets(1, ['192.168.1.0/24,tcp:80'])));
    expect((await box.guard(['switch', '3-0000000f', '3'])).stdout).toContain('sets: changed\nrules: unchanged\n');
    expect(await text(box, 'ipset save lvs-console-web | sort')).toMatch(
      /^add lvs-console-web 192\.168\.0\.0\/24,tcp:443 skbmark 0x1\nadd lvs-console-web 192\.168\.0\.0\/24,tcp:80 skbmark 0x1\nadd lvs-console-web 192\.168\.1\.0\/24,tcp:80 skbmark 0x1\ncreate /,
    );
    expect(await text(box, 'ipset list -n | sort')).toBe('foreign\nlvs-console-web\n');
  });

  it('an nftables table that stays the same keeps its counters, and foreign tables are not touched', async () => {
    const box = await open({ shell: 'dash' });
    await confirm(box, await deploy(box, 1, withNftables(1)));
    const handle = 'nft -a list table inet lvs-console | grep -o "handle [0-9]*" | head -n 1';
    const before = await text(box, handle);
    await armRelease(box, '2-0000000f', 2, tarOf(1, withNftables(1)));
    expect((await box.guard(['switch', '2-0000000f', '2'])).stdout).toContain('nftables: unchanged\n');
    expect(await text(box, handle)).toBe(before);
    await confirm(box, '2-0000000f');
    await armRelease(box, '3-0000000f', 3, tarOf(1, withNftables(2)));
    expect((await box.guard(['switch', '3-0000000f', '3'])).stdout).toContain('nftables: changed\n');
    expect(await text(box, 'nft list table inet lvs-console')).toContain('tcp . 80 : 0x00000002');
    expect(await text(box, 'nft list tables | grep inet')).toBe('table inet foreign\ntable inet lvs-console\n');
  });

  it('an address that the owner had before any release is not removed, one that a release brought is', async () => {
    const box = await open({ shell: 'dash' });
    await text(box, 'ip address add 192.168.7.240/24 dev eth0');
    const before = await text(box, 'ip -o -4 addr show eth0');
    await confirm(box, await deploy(box, 1, withAddresses('192.168.7.240/24 eth0\n192.168.7.241/32 eth0\n')));
    expect(await text(box, 'ip -o -4 addr show eth0')).toContain(' 192.168.7.241/32 ');
    await confirm(box, await deploy(box, 2, withAddresses('192.168.7.240/24 eth0\n')));
    expect(await text(box, 'ip -o -4 addr show eth0')).toBe(before);
    await confirm(box, await deploy(box, 3, withAddresses('')));
    expect(await text(box, 'ip -o -4 addr show eth0')).toBe(before);
  });

  it('forwarding of IPv6 that one interface had before comes back with a rollback', async () => {
    const box = await open({ shell: 'dash' });
    const state = 'cat /proc/sys/net/ipv6/conf/*/forwarding | tr "\\n" " "';
    await text(box, 'echo 1 > /proc/sys/net/ipv6/conf/eth0/forwarding');
    const before = await text(box, state);
    const tx = await deploy(box, 1, withIpv6(1));
    expect(await text(box, state)).not.toBe(before);
    expect((await box.guard(['rollback', tx])).code).toBe(0);
    expect(await text(box, state)).toBe(before);
  });
});

describe('a tool that is missing', () => {
  const missing = [
    ['nft', withNftables(1), 'the release has nftables rules, but nft is not installed'],
    ['ipset', withSets(1), 'the release has ipset sets, but ipset is not installed'],
    ['ip6tables-restore', withIpv6(1), 'the release has IPv6 rules, but ip6tables-restore is not installed'],
    ['unshare', withSets(1), 'unshare is missing'],
  ] as const;
  it.each(missing)('%s: the check refuses the release that needs it, in plain words', async (tool, change, words) => {
    const box = await open({ shell: 'dash', without: [tool] });
    const before = await box.picture();
    expect((await box.guard(['stage', '1-0000000a', '1'], { input: tarOf(1, change) })).code).toBe(0);
    expect(await box.guard(['check', '1-0000000a'])).toMatchObject({
      code: 12,
      stderr: expect.stringContaining(words) as string,
    });
    expect(await box.picture()).toBe(before);
  });

  it('does not matter to a release that has nothing for it, and its sections say 127', async () => {
    const box = await open({
      shell: 'dash',
      without: ['nft', 'ipset', 'ip6tables', 'ip6tables-save', 'ip6tables-restore', 'unshare', 'keepalived'],
    });
    const before = await box.picture();
    const tx = await deploy(box, 1, {});
    const { stdout } = await box.guard(['read', 'firewall6', 'sets', 'nftables']);
    expect(stdout).toBe(
      ['firewall6', 'sets', 'nftables'].map((name) => `@@ begin ${name}\n@@ end ${name} 127\n`).join(''),
    );
    expect((await box.guard(['facts'])).stdout).toMatch(
      /@@ begin capabilities\niptables\tyes\nip6tables\tno\nipset\tno\nnft\tno\nipv6\tyes\n@@ end capabilities 0/,
    );
    expect(await box.guard(['rollback', tx])).toMatchObject({ code: 0, stderr: '' });
    expect(await box.picture()).toBe(before);
  });

  it('iptables too: nftables and IPv6 delivery are put in place without it', async () => {
    const box = await open({
      shell: 'dash',
      without: 'iptables iptables-save iptables-restore ip6tables ip6tables-save ip6tables-restore ipset'.split(' '),
    });
    const before = await box.picture();
    const tx = await deploy(box, 1, FORMS['nftables with IPv6 delivery']!(1));
    expect((await box.guard(['rollback', tx])).code).toBe(0);
    expect(await box.picture()).toBe(before);
  });
});

describe('reading', () => {
  it('gives each section what its tool says of the own objects, and an absent table as an empty one', async () => {
    const box = await open({ shell: 'dash' });
    const section = async (name: string) => {
      const { stdout } = await box.guard(['read', name]);
      expect(stdout).toMatch(new RegExp(`^@@ begin ${name}\\n[^]*@@ end ${name} 0\\n$`));
      return stdout.split('\n').slice(1, -2).join('\n');
    };
    expect(await section('sets')).toBe('');
    expect(JSON.parse(await section('nftables'))).toEqual({ nftables: [] });
    await confirm(box, await deploy(box, 1, FORMS['sets with IPv6']!(1)));
    expect(await section('sets')).toMatch(/^create lvs-console-web hash:net,port family inet [^]* skbmark 0x1$/);
    expect(await section('firewall6')).toContain('[0:0] -A LVS-CONSOLE -d 2001:db8:0:1::/64 -i eth0 ');
    expect(JSON.parse(await section('policy-rules6'))).toContainEqual(
      expect.objectContaining({ priority: 100, dst: '2001:db8:0:2::', dstlen: 64, protocol: '76' }),
    );
    expect(JSON.parse(await section('routes6'))).toContainEqual(
      expect.objectContaining({ type: 'unreachable', dst: '2001:db8:0:1::/64', protocol: '76' }),
    );
    await confirm(box, await deploy(box, 2, withNftables(2)));
    expect(JSON.parse(await section('nftables'))).toMatchObject({
      nftables: expect.arrayContaining([
        { table: expect.objectContaining({ family: 'inet', name: 'lvs-console' }) as object },
      ]) as object,
    });
  });

  it('does not take a failed read of sets, tables or IPv6 for none', async () => {
    const box = await open({ shell: 'dash' });
    const before = await box.picture();
    const tx = await deploy(box, 1, FORMS['sets with IPv6']!(1));
    for (const tool of ['ipset', 'ip6tables-save']) {
      writeFileSync(`${box.root}/shims/${tool}`, '#!/bin/sh\nexit 1\n', { mode: 0o755 });
      expect((await box.guard(['rollback', tx])).code).toBe(13);
      await box.run(['rm', `${box.root}/shims/${tool}`]);
    }
    expect((await box.guard(['rollback', tx])).code).toBe(0);
    expect(await box.picture()).toBe(before);
  });
});
