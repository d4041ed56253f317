// The rules script runs in a network namespace for every firewall form, both families at once: it starts, may start again, checks, and leaves nothing.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Firewall, GroupDocument, RulesHome, Stack } from '../core/document';
import { seedDocument } from '../core/seed';
import { alwaysIntentOf } from './always-intent';
import { rulesHomeFilesOf } from './rules-home';
import { topologyOf } from './test-cases';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-rules-script-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** This machine's kernel has no IPVS. */
const bin = path.join(folder, 'bin');
fs.mkdirSync(bin);
for (const name of ['modprobe', 'sysctl', 'ipvsadm'])
  fs.writeFileSync(path.join(bin, name), '#!/bin/sh\nexit 0\n', { mode: 0o755 });

type Form = { firewall: Firewall; groups: number; ports: 'same' | 'own'; stack: Stack; rulesHome?: RulesHome };

/** As many groups of each family; `own`: each has a port of its own. */
function documentOf({ firewall, groups, ports, stack, rulesHome = 'systemd' }: Form) {
  const document = { ...seedDocument(), firewall, stack, rulesHome };
  if (stack === 'single') document.directors.length = 1;
  for (const { external, internal } of document.directors) {
    external.address6 = '2001:db8:7::4/64';
    internal.address6 = '2001:db8:6::4/64';
  }
  Object.assign(document.virtualAddresses, { external6: '2001:db8:7::240/64', internal6: '2001:db8:6::240/64' });
  const names = ([4, 6] as const).flatMap((family) => Array.from({ length: groups }, (_, at) => ({ family, at })));
  document.ranges = names.map(({ family, at }) => ({
    name: `r${family}-${at}`,
    addresses: family === 4 ? `10.0.${at}.1-10.0.${at}.9` : `2001:db8:1:${at.toString(16)}::/64`,
  }));
  document.groups = names.map(({ family, at }): GroupDocument => ({
    ...seedDocument().groups[0]!,
    name: `g${family}-${at}`,
    mark: at + 1,
    matches: [
      { range: `r${family}-${at}`, protocol: 'tcp', ports: ports === 'same' ? [80, 443] : [80 + at, '1000-2000'] },
      {
        range: `r${family}-0`,
        protocol: 'udp',
        ports: [53],
        source: family === 4 ? '203.0.113.0/25' : '2001:db8:ffff::/64',
      },
    ],
  }));
  return document;
}

/** The files of the first director, led into a folder of the test; answers the script. */
function place(form: Form): string {
  const topology = topologyOf(documentOf(form));
  const director = topology.directors[0]!;
  const home = fs.mkdtempSync(path.join(folder, 'home-'));
  for (const file of rulesHomeFilesOf(topology, director, alwaysIntentOf(topology, director, {}), {})) {
    const led = file.content
      .replaceAll('/etc/lvs-console/', `${home}/`)
      .replaceAll('/etc/sysconfig/', `${home}/`)
      .replace('PATH=/usr/sbin', `PATH=${bin}:/usr/sbin`);
    fs.writeFileSync(path.join(home, path.basename(file.path)), led, { mode: 0o755 });
  }
  return path.join(home, 'rules');
}

/** `known`: the kernel has asked for IPv6 addresses that were added, which takes it a second or two. */
const DIRECTOR = `set -e
mount -t sysfs sysfs /sys
ip link set lo up
for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i addrgenmode none; ip link set peer$i addrgenmode none; ip link set eth$i up; ip link set peer$i up; done
ip addr add 192.168.7.4/24 dev eth0; ip addr add 192.168.6.4/24 dev eth1
ip addr add 2001:db8:7::4/64 dev eth0 nodad; ip addr add 2001:db8:6::4/64 dev eth1 nodad
ip rule add priority 50 fwmark 0x99 lookup 150; ip route add unreachable 10.99.0.0/16
ip -6 route add unreachable 2001:db8:99::/64
ipset create somebody hash:ip; ipset add somebody 10.99.0.1
for i in iptables ip6tables; do $i -t mangle -A PREROUTING -j MARK --set-xmark 0x100/0x100; $i -t nat -A POSTROUTING -o lo -j MASQUERADE; done
nft add table inet somebody
state() {
  { ip -o addr; ipset save; iptables-save; ip6tables-save; nft -s list ruleset 2> /dev/null; ip rule; ip -6 rule
    ip route show table all; ip -6 route show table all; } |
    sed 's/\\[[0-9]*:[0-9]*\\]//; s/ hashsize .*//; s/valid_lft.*//; /^#/d' | sort
}
known() { for i in $(seq 100); do [ -n "$(ip -6 -o addr show tentative)" ] || return 0; sleep 0.1; done; echo "addresses stay tentative"; }
set +e
`;

function inDirector(program: string): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync('unshare', ['-n', '-m', 'sh', '-c', `${DIRECTOR}${program}`], {
    encoding: 'utf8',
    timeout: 90_000,
  });
  return { stdout, stderr };
}

const FORMS: Form[] = (['iptables', 'nftables'] as const).flatMap((firewall) => [
  { firewall, groups: 2, ports: 'same', stack: 'heartbeat' },
  { firewall, groups: 40, ports: 'same', stack: 'keepalived' },
  { firewall, groups: 40, ports: 'own', stack: 'single' },
]);

describe('the rules script', () => {
  it.each(FORMS)('of $firewall, $groups groups with the $ports ports, stack $stack', (form) => {
    const rules = place(form);
    const { stdout, stderr } = inDirector(`
state > ${folder}/before
${rules} check 2> /dev/null; echo "absent $?"
${rules} start; echo "start $?"; known; state > ${folder}/once
${rules} start; echo "again $?"; state > ${folder}/twice
diff ${folder}/once ${folder}/twice; echo "same $?"
${rules} check; echo "check $?"
${rules} stop; echo "stop $?"; state > ${folder}/after
diff ${folder}/before ${folder}/after; echo "clean $?"
${rules} stop; echo "stop again $?"`);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual(
      'absent 1,start 0,again 0,same 0,check 0,stop 0,clean 0,stop again 0'.split(','),
    );
  });

  const SETS: Form = { firewall: 'iptables', groups: 40, ports: 'same', stack: 'keepalived' };
  const MAPS: Form = { ...SETS, firewall: 'nftables' };
  const SINGLE: Form = { ...SETS, groups: 2, stack: 'single' };
  const entry = 'set=$(ipset list -n | grep v4-tcp)';
  it.each([
    ['an entry of a set is gone', SETS, `${entry}; ipset del $set 10.0.3.4/30`, 'missing: add lvs-console-v4-tcp'],
    [
      'a set has an entry too many',
      SETS,
      `${entry}; ipset add $set 10.77.0.0/16 skbmark 0x7`,
      'not ours: add lvs-console-v4-tcp',
    ],
    [
      'an entry has another mark',
      SETS,
      `${entry}; ipset -exist add $set 10.0.3.4/30 skbmark 0x7`,
      'missing: add lvs-console-v4-tcp',
    ],
    ['an IPv6 rule is gone', SETS, 'ip6tables -t mangle -D LVS-CONSOLE 1', 'missing: -A LVS-CONSOLE -i eth0'],
    ['an IPv6 policy rule is gone', SETS, 'ip -6 rule del priority 100', 'missing: 100: from all fwmark'],
    [
      'an IPv6 route is gone',
      SETS,
      'ip -6 route del unreachable 2001:db8:1::/59',
      'missing: unreachable 2001:db8:1::/59',
    ],
    ['the table is gone', MAPS, 'nft delete table inet lvs-console', 'missing: iifname "eth0"'],
    ['a rule of the table is gone', MAPS, 'nft flush chain inet lvs-console prerouting', 'missing: iifname "eth0"'],
    [
      'the table has a rule too many',
      MAPS,
      'nft add rule inet lvs-console prerouting ip daddr 10.7.7.7 meta mark set 7',
      'not ours: ip daddr 10.7.7.7',
    ],
    ['an address is gone', SINGLE, 'ip addr del 2001:db8:7::240/64 dev eth0', 'missing: 2001:db8:7::240/64 eth0'],
  ])('notices that %s, and puts it right', (_name, form, damage, said) => {
    const rules = place(form);
    const { stdout, stderr } = inDirector(
      `${rules} start; ${damage}; ${rules} check; echo $?; ${rules} start; ${rules} check; echo $?`,
    );
    expect(stdout).toBe('1\n0\n');
    expect(stderr).toContain(said);
  });

  it('leaves routes of others where they are, at a start and at a stop, and says which they are', () => {
    const rules = place(SINGLE);
    const { stdout, stderr } = inDirector(`
ip route add 10.0.0.4/30 via 192.168.7.1; ip route add default via 192.168.7.1 table 100
ip -6 route add blackhole 2001:db8:1::/63; state > ${folder}/before
${rules} start; echo "start $?"; ip route show 10.0.0.4/30; ip route show table 100; ip -6 route show 2001:db8:1::/63
${rules} stop; state > ${folder}/after; diff ${folder}/before ${folder}/after; echo "clean $?"`);
    const [first, second, third] = [
      '10.0.0.4/30 via 192.168.7.1 dev eth0',
      'default via 192.168.7.1 dev eth0',
      'blackhole 2001:db8:1::/63 dev lo metric 1024 pref medium',
    ];
    expect(stdout.replaceAll(' \n', '\n')).toBe(`start 1\n${first}\n${second}\n${third}\nclean 0\n`);
    const said = stderr.split('\n').flatMap((line) => / stands there: (.*\S)/.exec(line)?.[1] ?? []);
    expect(said.toSorted()).toEqual([first, third, `${second} table 100`]);
  });

  it('on Red Hat leaves IPv4 chains to iptables.service and loads those of IPv6', () => {
    const rules = place({ ...SINGLE, stack: 'keepalived', rulesHome: 'redhat' });
    const { stdout, stderr } = inDirector(`${rules} start; echo "start $?"
iptables-save | grep -c LVS-CONSOLE; ip6tables-save | grep -c '^-A LVS-CONSOLE '
${rules} check 2> /dev/null; echo "without $?"
iptables-restore < $(dirname ${rules})/iptables; ${rules} check; echo "with $?"`);
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^start 0\n0\n[1-9]\d*\nwithout 1\nwith 0\n$/);
  });
});

describe('the rules script of every form', () => {
  it.each(FORMS)('of $firewall, $groups groups, stack $stack, is clean for shellcheck, dash and busybox', (form) => {
    const rules = place(form);
    for (const argv of [
      ['shellcheck', rules],
      ['dash', '-n', rules],
      ['busybox', 'sh', '-n', rules],
    ]) {
      const { status, stdout } = spawnSync(argv[0]!, argv.slice(1), { encoding: 'utf8' });
      expect({ argv, status, stdout }).toEqual({ argv, status: 0, stdout: '' });
    }
  });
});
