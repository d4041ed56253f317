// The check: the guard's own grammar, root's policy, and the real ldirectord and iptables-restore, on the staged files.
import { writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseTar, testRelease } from './test-release';
import { openSandbox, type Sandbox } from './test-sandbox';

const rules = (line: string, chain = 'LVS-CONSOLE', table = 'mangle') => ({
  'intent/rules.v4': `*${table}\n:${chain} - [0:0]\n${line}\nCOMMIT\n`,
  'intent/jumps': '',
});
const node = hostname();

/** What a release changes, and the words that must name the place. */
const REFUSED: [string, Record<string, string | undefined>, string][] = [
  ['a managed path outside the list', { 'files/etc/passwd': 'root::0:0::/:/bin/sh\n' }, 'MANIFEST:'],
  ["root's policy as a managed path", { 'files/etc/lvs-console/policy': 'marks=1-2\n' }, 'MANIFEST:'],
  ['the boot unit as a managed path', { 'files/etc/systemd/system/lvs-console-boot.service': '[Unit]\n' }, 'MANIFEST:'],
  ['the guard as a managed path', { 'files/usr/lib/lvs-console/guard': '#!/bin/sh\n' }, 'MANIFEST:'],
  ['a hidden file in sysctl.d', { 'files/etc/sysctl.d/.x.conf': 'x\n' }, 'MANIFEST:'],
  ['a missing part of the intent', { 'intent/routes': undefined }, 'intent/routes is missing'],
  ['a module outside the list', { 'intent/modules': 'ip_vs\nevil\n' }, 'intent/modules:2: module not allowed: evil'],
  [
    'a sysctl outside the list',
    { 'intent/sysctl': 'kernel.core_pattern=|/x\n' },
    'intent/sysctl:1: sysctl not allowed',
  ],
  ['a sysctl that climbs', { 'intent/sysctl': 'net.ipv4.conf.../../kernel/x.rp_filter=1\n' }, 'intent/sysctl:1:'],
  ['a sysctl with a word as value', { 'intent/sysctl': 'net.ipv4.ip_forward=yes\n' }, 'intent/sysctl:1:'],
  ['the table filter', rules('-A LVS-CONSOLE -j DROP', 'LVS-CONSOLE', 'filter'), 'intent/rules.v4:1:'],
  ['a foreign chain', rules('-A INPUT -j DROP', 'INPUT'), 'intent/rules.v4:2:'],
  [
    'a rule for a foreign chain',
    rules('-A PREROUTING -j DROP'),
    'intent/rules.v4:3: only rules of the declared chain LVS-CONSOLE',
  ],
  ['the chain of the other table', rules('-A LVS-CONSOLE-NAT -j RETURN', 'LVS-CONSOLE-NAT'), 'intent/rules.v4:2:'],
  ['a flush', rules('-F PREROUTING'), 'intent/rules.v4:3:'],
  ['a chain policy', rules('-P FORWARD DROP'), 'intent/rules.v4:3:'],
  [
    'a rule that runs a command',
    rules('-A LVS-CONSOLE -M /tmp/evil -j RETURN'),
    'intent/rules.v4:3: option not allowed: -M',
  ],
  [
    'a rule that names another table',
    rules('-A LVS-CONSOLE -t filter -j RETURN'),
    'intent/rules.v4:3: option not allowed: -t',
  ],
  ['a rule without a target', rules('-A LVS-CONSOLE -p tcp'), 'intent/rules.v4:3: rule without a target'],
  ['a mark of 2^31', rules('-A LVS-CONSOLE -j MARK --set-xmark 0x80000000/0xffffffff'), 'mark must be 1 to 2147483647'],
  ['rules without COMMIT', { 'intent/rules.v4': '*mangle\n:LVS-CONSOLE - [0:0]\n', 'intent/jumps': '' }, 'no COMMIT'],
  [
    'a rule that iptables does not take',
    rules('-A LVS-CONSOLE -p tcp --dport 99999 -j RETURN'),
    'iptables-restore says',
  ],
  ['a rule with an impossible address', rules('-A LVS-CONSOLE -d 192.168.7.340 -j RETURN'), 'intent/rules.v4'],
  ['a jump to a foreign chain', { 'intent/jumps': 'mangle PREROUTING FORWARD\n' }, 'intent/jumps:1: a jump must lead'],
  [
    'a jump to a chain that is not there',
    { 'intent/rules.v4': '*nat\n:LVS-CONSOLE-NAT - [0:0]\nCOMMIT\n' },
    'intent/jumps:1: jump to a chain',
  ],
  ['a policy rule for every packet', { 'intent/policy-rules': '100 eth0 0x0 100\n' }, 'mark 0 is every packet'],
  [
    'a policy rule for an interface that is not here',
    { 'intent/policy-rules': '100 eth7 0x1 100\n' },
    'this host has no interface eth7',
  ],
  ['a policy rule that looks up main', { 'intent/policy-rules': '100 eth0 0x1 254\n' }, 'intent/policy-rules:1:'],
  [
    'an unreachable default route',
    { 'intent/routes': 'unreachable default main\n' },
    'intent/routes:1: route not allowed',
  ],
  [
    'an unreachable 0.0.0.0/0',
    { 'intent/routes': 'unreachable 0.0.0.0/0 main\n' },
    'intent/routes:1: route not allowed',
  ],
  ['a local default in main', { 'intent/routes': 'local default main lo\n' }, 'intent/routes:1: route not allowed'],
  ['a gateway route', { 'intent/routes': 'via 10.0.0.1 main\n' }, 'intent/routes:1: route not allowed'],
  ['an ipvs line with shell in it', { 'intent/ipvs': '-A -f 1 -s rr; id\n' }, 'intent/ipvs:1:'],
  ['an unknown daemon action', { 'intent/daemon': 'reboot\n' }, 'intent/daemon:1:'],
  ['an empty daemon action', { 'intent/daemon': '' }, 'intent/daemon: empty'],
  ['a foreign unit', { 'intent/meta': 'unit=ssh.service\n' }, 'intent/meta:1: unit not allowed'],
  ['a carriage return', { 'intent/modules': 'ip_vs\r\n' }, 'intent/modules:1:'],
  ['ha.cf of another host', { 'files/etc/ha.d/ha.cf': 'node otherhost\nbcast lo\n' }, `this host is called ${node}`],
  ['ha.cf without a medium', { 'files/etc/ha.d/ha.cf': `node ${node}\n` }, 'no bcast, ucast, mcast or serial'],
  [
    'ha.cf with an interface that is not here',
    { 'files/etc/ha.d/ha.cf': `node ${node}\nbcast eth9\n` },
    'ha.cf:2: this host has no interface eth9',
  ],
  [
    'a resource script that is not there',
    { 'files/etc/ha.d/haresources': `${node} LVSSyncDaemonSwap::master\n` },
    'haresources:1: no resource script LVSSyncDaemonSwap',
  ],
  [
    'haresources for a node that ha.cf does not name',
    { 'files/etc/ha.d/haresources': 'otherhost ldirectord\n' },
    'first word is not a node',
  ],
  [
    'an impossible virtual address',
    { 'files/etc/ha.d/haresources': `${node} IPaddr2::192.168.7.340/24/eth0\n` },
    'haresources:1: not an address',
  ],
  [
    'authkeys without the key in use',
    { 'files/etc/ha.d/authkeys': 'auth 2\n1 sha1 hushhush\n' },
    'the key that `auth` names is missing',
  ],
  ['authkeys with an unknown method', { 'files/etc/ha.d/authkeys': 'auth 1\n1 rot13 hushhush\n' }, 'authkeys:2:'],
];

const ACCEPTED: [string, Record<string, string | undefined>][] = [
  ['the release as it is', {}],
  ['a rule that locks port 22 (the timer is the safety)', rules('-A LVS-CONSOLE -p tcp -m tcp --dport 22 -j DROP')],
  [
    'a comment with blanks and an option in it',
    rules('-A LVS-CONSOLE -m comment --comment "lvs:my -t group" -j RETURN'),
  ],
  [
    'empty lists',
    {
      'intent/modules': '',
      'intent/sysctl': '',
      'intent/policy-rules': '',
      'intent/routes': '',
      'intent/ipvs': '',
      'intent/meta': '',
    },
  ],
  ['no chains at all', { 'intent/rules.v4': '', 'intent/jumps': '' }],
  [
    'vs sysctls of two values',
    { 'intent/sysctl': 'net.ipv4.vs.sync_threshold=3 50\nnet.ipv4.conf.eth0.10.rp_filter=2\n' },
  ],
  [
    'haresources over two lines',
    {
      'files/etc/ha.d/haresources': `${node} ldirectord::ldirectord.cf \\\n  IPaddr2::192.168.7.240/24/eth0/192.168.7.255\n`,
    },
  ],
];

describe.each(['dash', 'busybox sh'])('check under %s', (shell) => {
  let box: Sandbox;
  let serial = 0;
  beforeAll(async () => {
    box = await openSandbox({ shell });
  });
  afterAll(() => {
    box.close();
  });

  async function check(change: Record<string, string | undefined>) {
    serial += 1;
    const tx = `${String(serial)}-0000000a`;
    expect(await box.guard(['stage', tx, String(serial)], { input: releaseTar(testRelease(1, change)) })).toMatchObject(
      { code: 0 },
    );
    const outcome = await box.guard(['check', tx]);
    const { state } = await box.status();
    expect((await box.guard(['abort', tx, String(serial)])).code).toBe(0);
    return { ...outcome, state };
  }

  it.each(REFUSED)('refuses %s and names the place', async (_, change, words) => {
    const outcome = await check(change);
    expect(outcome).toMatchObject({ code: 12, state: 'staged', stderr: expect.stringContaining(words) as string });
    expect(outcome.stderr).not.toContain('hushhush');
  });

  it.each(ACCEPTED)('accepts %s', async (_, change) => {
    expect(await check(change)).toMatchObject({ code: 0, state: 'checked' });
  });

  it.each([
    ['marks=5-9\n', 'policy allows marks 5-9 only'],
    ['interfaces=eth1\n', 'policy does not allow interface eth0'],
    ['ranges=10.0.0.0/8 192.168.0.0/25\n', 'policy does not allow range'],
    ['targets=RETURN\n', 'policy does not allow target MARK'],
    ['# marks=1-2\nnonsense\n', 'policy line not understood'],
  ])('obeys the policy %j', async (policy, words) => {
    writeFileSync(`${box.root}/etc/lvs-console/policy`, policy);
    expect(await check({})).toMatchObject({ code: 12, stderr: expect.stringContaining(words) as string });
  });

  it('accepts what the policy allows', async () => {
    writeFileSync(
      `${box.root}/etc/lvs-console/policy`,
      'marks=1-65535\ninterfaces=eth0 eth1\nranges=192.168.0.0/16\ntargets=MARK MASQUERADE\n',
    );
    expect(await check({})).toMatchObject({ code: 0, state: 'checked' });
  });

  it('never runs ldirectord under the live base name, which would delete the pid file of the daemon that runs', async () => {
    await check({});
    expect(box.calls()).toMatch(/lvs-console-check-[0-9]+-0000000a\.cf status\n/);
    expect(box.calls()).not.toContain('/ldirectord.cf');
  });
});

describe('the real ldirectord', () => {
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox({ shell: 'dash', realLdirectord: true });
  });
  afterAll(() => {
    box.close();
  });
  const ldirectordCf = (content: string) => releaseTar(testRelease(1, { 'files/etc/ha.d/ldirectord.cf': content }));

  it('refuses a bad line, in its own words', async () => {
    await box.guard(['stage', '1-0000000b', '1'], { input: ldirectordCf('virtual=1\n  real=192.168.6.2 masq\n') });
    expect(await box.guard(['check', '1-0000000b'])).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('ldirectord says (2, not 3)') as string,
    });
  });

  it('refuses a bad line with a password without quoting it', async () => {
    await box.guard(['stage', '1-0000000b', '1'], { input: ldirectordCf('virtual=1\n  passwd = "hushhush"\n') });
    const outcome = await box.guard(['check', '1-0000000b']);
    expect(outcome.code).toBe(12);
    expect(outcome.stderr).not.toContain('hushhush');
  });

  it('accepts a good file', async () => {
    await box.guard(['stage', '1-0000000b', '1'], { input: releaseTar(testRelease(1)) });
    expect(await box.guard(['check', '1-0000000b'])).toMatchObject({ code: 0, stderr: '' });
  });
});
