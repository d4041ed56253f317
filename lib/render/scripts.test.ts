// The generated scripts run: the rules script in a network namespace with real tables and routes, the resource script against a stand-in for ipvsadm.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { renderCase } from './test-cases';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lvs-console-scripts-'));
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }));

/** This machine's kernel has no IPVS: its module, its sysctls and its sync daemons are stood in for by programs in `bin`. */
const bin = path.join(folder, 'bin');
fs.mkdirSync(bin);
for (const [name, text] of [
  ['modprobe', 'exit 0'],
  ['sysctl', 'exit 0'],
  [
    'ipvsadm',
    `STATE=${folder}/daemons
touch "$STATE"
case $1 in
  -Ln) [ ! -e ${folder}/unreadable ] || exit 1; sed 's/$/, maxlen=1472, group=224.0.0.81, port=8848, ttl=1)/' "$STATE" ;;
  --start-daemon) echo "$2 sync daemon (mcast=$4, syncid=$6" >> "$STATE"; echo "start $2" >> ${folder}/calls ;;
  --stop-daemon) sed -i "/^$2/d" "$STATE"; echo "stop $2" >> ${folder}/calls ;;
esac`,
  ],
] as const) {
  fs.writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
}

/** A script of the first director with the files that it names led into the folder of the test. */
function place(caseName: string, end: string): string {
  const { files } = renderCase(caseName).releases[0]!;
  const script = path.join(folder, `${caseName}-${path.basename(end)}`);
  const { content } = files.find(({ path: file }) => file.endsWith(end))!;
  let led = content.replace('PATH=/usr/sbin', `PATH=${bin}:/usr/sbin`);
  for (const { path: file, content: text } of files) {
    if (!led.includes(`=${file}\n`)) continue;
    const copy = path.join(folder, `${caseName}-${path.basename(file)}`);
    fs.writeFileSync(copy, text);
    led = led.replace(`=${file}\n`, () => `=${copy}\n`);
  }
  fs.writeFileSync(script, led, { mode: 0o755 });
  return script;
}

/** The kernel puts link-local addresses and their routes in place a second or two later, which a slow machine would see in the middle. */
const WITHOUT_DAD = 'for i in all default; do echo 0 > /proc/sys/net/ipv6/conf/$i/accept_dad; done';
const untilLinkLocal = (count: number) =>
  `for i in $(seq 50); do [ "$(ip -6 route show table local | grep -c '^local fe80')" -ge ${count} ] && break; sleep 0.1; done`;

/** eth0 and eth1 as on a director, and something of somebody else in every place where we write. */
const DIRECTOR = `set -e
ip link set lo up
${WITHOUT_DAD}
for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i up; ip link set peer$i up; done
${untilLinkLocal(4)}
ip addr add 192.168.7.4/24 dev eth0; ip addr add 192.168.6.4/24 dev eth1
ip addr add fd07::4/64 dev eth0 nodad; ip addr add fd06::4/64 dev eth1 nodad
ip route add default via 192.168.7.1
ip rule add priority 50 fwmark 0x99 lookup 150; ip route add unreachable 10.99.0.0/16
iptables -t mangle -A PREROUTING -j MARK --set-xmark 0x100/0x100
ip6tables -t mangle -A PREROUTING -j MARK --set-xmark 0x100/0x100
ip6tables -t nat -A POSTROUTING -s fd99::/64 -j MASQUERADE
iptables -t nat -A POSTROUTING -s 10.99.0.0/16 -j MASQUERADE
state() { iptables-save | grep -v '^#' | sed 's/\\[.*\\]//'; ip6tables-save | grep -v '^#' | sed 's/\\[.*\\]//'; ipset save | sed 's/ initval [^ ]*//' | sort; nft list tables; ip rule; ip -6 rule; ip route show table all; ip -6 route show table all; ip -o addr | sed 's/valid_lft.*//'; }
set +e
`;

function inDirector(program: string): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', `${DIRECTOR}${program}`], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stdout, stderr };
}

describe('the rules script', () => {
  it.each([
    'seed',
    'ports-and-overrides',
    'range-of-many-prefixes',
    'ifupdown-ftp-log',
    'many-ranges-iptables',
    'many-ranges-nftables',
    'plain-range-single',
    'streamlined-keepalived-plain-range',
    'keepalived-masq-nftables-dual-systemd',
    'keepalived-ipip-iptables-dual-systemd',
    'single-gate-iptables-v6-systemd',
  ])('of %s starts, may start again, checks, and leaves nothing when it stops', (name) => {
    const rules = place(name, '/lvs-console/rules');
    const { stdout, stderr } = inDirector(`
state > ${folder}/before
${rules} start; echo "start $?"; state > ${folder}/once
${rules} start; echo "again $?"; state > ${folder}/twice
diff ${folder}/once ${folder}/twice; echo "same $?"
${rules} check; echo "check $?"
${rules} stop; echo "stop $?"; state > ${folder}/after
diff ${folder}/before ${folder}/after; echo "clean $?"
${rules} check 2> ${folder}/missing; echo "missing $?"
${rules} stop; echo "stop again $?"`);
    expect(stderr).toBe('');
    expect(stdout.trimEnd().split('\n')).toEqual([
      'start 0',
      'again 0',
      'same 0',
      'check 0',
      'stop 0',
      'clean 0',
      'missing 1',
      'stop again 0',
    ]);
    expect(fs.readFileSync(path.join(folder, 'missing'), 'utf8')).toMatch(/missing: 100: from all (to [^ ]+ )?fwmark/);
  });

  it('delivers marked packets for the whole range locally and the others nowhere', () => {
    const rules = place('seed', '/lvs-console/rules');
    const { stdout } = inDirector(`${rules} start
get() { ip route get 192.168.0.$1 from 203.0.113.9 iif eth0 $2 2>&1 | head -1; }
get 0 'mark 1'; get 77 'mark 1'; get 255 'mark 1'; get 77; get 77 'mark 2'`);
    const [first, middle, last, unmarked, foreign] = stdout.trimEnd().split('\n');
    for (const line of [first, middle, last]) expect(line).toMatch(/^local 192\.168\.0\./);
    for (const line of [unmarked, foreign]) expect(line).toContain('No route to host');
  });

  it.each([
    ['a mark rule', 'iptables -t mangle -D LVS-CONSOLE 1', 'missing: -A LVS-CONSOLE -d'],
    [
      'a jump',
      'iptables -t nat -D POSTROUTING -m comment --comment lvs-console -j LVS-CONSOLE-NAT',
      'missing: -A POSTROUTING',
    ],
    ['a policy rule', 'ip rule del priority 100', 'missing: 100:'],
    ['a route', 'ip route del unreachable 192.168.0.0/24', 'missing: unreachable 192.168.0.0/24'],
  ])('notices that %s is gone, and puts it back', (_name, removal, said) => {
    const rules = place('seed', '/lvs-console/rules');
    const { stdout, stderr } = inDirector(
      `${rules} start; ${removal}; ${rules} check; echo $?; ${rules} start; ${rules} check; echo $?`,
    );
    expect(stdout).toBe('1\n0\n');
    expect(stderr).toContain(said);
  });

  it('leaves the chains to iptables.service on Red Hat and still checks them', () => {
    const rules = place('redhat-merge', '/lvs-console/rules');
    const { stdout, stderr } = inDirector(`${rules} start; echo "start $?"
${rules} check 2> /dev/null; echo "without $?"
iptables-restore < ${folder}/redhat-merge-iptables
${rules} check; echo "with $?"
${rules} stop; iptables -t mangle -S LVS-CONSOLE | head -1`);
    expect(stderr).toBe('');
    expect(stdout).toBe('start 0\nwithout 1\nwith 0\n-N LVS-CONSOLE\n');
  });
});

/** A real server's script; its state file must not stand in the /run of this machine. */
function placeRealServer(caseName: string, address: string): string {
  const companion = renderCase(caseName).companions.find(({ host }) => host === `real-servers/${address}`)!;
  const { content } = companion.files.find(({ path: file }) => file.endsWith('/real-server'))!;
  const script = path.join(folder, `${caseName}-${address}`);
  fs.writeFileSync(script, content.replace('/run/lvs-console', `${folder}/run-lvs-console`), { mode: 0o755 });
  return script;
}

/** A host with one interface and, under the name of the module's device, something that can come up. */
const REAL_SERVER = `set -e
ip link set lo up
${WITHOUT_DAD}
for device in eth0 tunl0 sit0 ip6tnl0; do ip link add $device type veth peer name peer-$device; done
ip link set eth0 up; ip link set peer-eth0 up; ip addr add 192.168.6.2/24 dev eth0; ip addr add fd06::2/64 dev eth0 nodad
${untilLinkLocal(2)}
ip route add default via 192.168.6.240
ip route add local 10.99.0.0/16 dev lo
echo 1 > /proc/sys/net/ipv4/conf/all/rp_filter
state() { ip route show table all; ip -6 route show table all; ip -o link | sed 's/ qdisc [a-z]*//'; for name in arp_ignore arp_announce rp_filter; do cat /proc/sys/net/ipv4/conf/all/$name; done; }
set +e
`;

function onRealServer(program: string): { stdout: string; stderr: string } {
  const { stdout, stderr } = spawnSync('unshare', ['-n', 'sh', '-c', `${REAL_SERVER}${program}`], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { stdout, stderr };
}

describe("a real server's script", () => {
  it.each([
    ['keepalived-gate-iptables-dual-systemd', '192.168.6.2', 'missing: local 192.168.0.0/24'],
    ['keepalived-gate-iptables-v6-ifupdown', 'fd06::2', 'missing: local 2001:db8:0:1::/64'],
    ['keepalived-ipip-iptables-dual-systemd', '10.1.0.2', 'tunl0 is not up'],
    ['keepalived-ipip-iptables-v6-systemd', '2001:db8:a::2', 'ip6tnl0 is not up'],
    ['keepalived-tunnel-ipv6-in-ipv4', '10.1.0.2', 'sit0 is not up'],
  ])(
    'of %s %s starts, may start again, says what is missing, and leaves nothing when it stops',
    (name, address, missing) => {
      const script = placeRealServer(name, address);
      const { stdout, stderr } = onRealServer(`
state > ${folder}/before
${script} check 2> ${folder}/missing; echo "missing $?"
${script} start; echo "start $?"; state > ${folder}/once
${script} start; echo "again $?"; state > ${folder}/twice
diff ${folder}/once ${folder}/twice; echo "same $?"
${script} check; echo "check $?"
${script} stop; echo "stop $?"; state > ${folder}/after
${script} stop; echo "stop again $?"
diff ${folder}/before ${folder}/after; echo "clean $?"`);
      expect(stderr).toBe('');
      expect(stdout.trimEnd().split('\n')).toEqual([
        'missing 1',
        'start 0',
        'again 0',
        'same 0',
        'check 0',
        'stop 0',
        'stop again 0',
        'clean 0',
      ]);
      expect(fs.readFileSync(path.join(folder, 'missing'), 'utf8')).toContain(missing);
    },
  );

  it('takes packets for the whole range, keeps silent about it, and lets tunnelled packets in without a filter', () => {
    const gate = placeRealServer('keepalived-gate-iptables-dual-systemd', '192.168.6.2');
    const tunnel = placeRealServer('keepalived-ipip-iptables-dual-systemd', '10.1.0.2');
    const { stdout } = onRealServer(`
${gate} start
for last in 0 77 255; do ip route get 192.168.0.$last from 203.0.113.9 iif eth0 | head -1; done
cat /proc/sys/net/ipv4/conf/all/arp_ignore /proc/sys/net/ipv4/conf/all/arp_announce
${gate} stop
${tunnel} start
cat /proc/sys/net/ipv4/conf/all/rp_filter /proc/sys/net/ipv4/conf/tunl0/rp_filter /proc/sys/net/ipv4/conf/eth0/rp_filter`);
    const [first, middle, last, ...rest] = stdout.trimEnd().split('\n');
    for (const line of [first, middle, last]) expect(line).toMatch(/^local 192\.168\.0\./);
    expect(rest).toEqual(['1', '2', '0', '0', '1']);
  });
});

describe('the check of real servers from a director', () => {
  const checkScript = (caseName: string) => place(caseName, '/check-real-servers');

  /** A director with two real servers on one wire, of which only the first was set up. */
  function askFromDirector(caseName: string, addresses: readonly [string, string], then = '') {
    const real = placeRealServer(caseName, addresses[0]);
    const length = addresses[0].includes(':') ? 64 : 24;
    const program = `
mount -t tmpfs none /run; ip link set lo up
ip link add bridge type bridge; ip link set bridge up
ip addr add 192.168.6.4/24 dev bridge; ip addr add fd06::4/64 dev bridge nodad
ip route add unreachable 192.168.0.0/24; ip route add unreachable 2001:db8:0:1::/64
echo 2 > /proc/sys/net/ipv4/conf/bridge/rp_filter
at=0
for address in ${addresses.join(' ')}; do
  at=$((at + 1))
  ip netns add real$at; ip link add veth$at type veth peer name eth0 netns real$at
  ip link set veth$at master bridge up; ip -n real$at link set eth0 up; ip -n real$at link set lo up
  ip -n real$at addr add $address/${length} dev eth0 $([ ${length} = 64 ] && echo nodad)
done
ip netns exec real1 ${real} start
ip rule > /run/before; ip -6 rule >> /run/before
${checkScript(caseName)}; echo "status $?"
${then}
{ ip rule; ip -6 rule; } | cmp - /run/before; ip route show table 7601; echo clean`;
    return spawnSync('unshare', ['-n', '-m', 'sh', '-c', program], { encoding: 'utf8', timeout: 60_000 });
  }

  it.each([
    ['keepalived-gate-iptables-v4-redhat', ['192.168.6.2', '192.168.6.3'], '192.168.0.1'],
    ['keepalived-gate-nftables-v6-systemd', ['fd06::2', 'fd06::3'], '2001:db8:0:1::1'],
  ] as const)(
    'of %s tells the one that was set up from the one that was not, and leaves nothing',
    (name, addresses, asked) => {
      const { stdout, stderr } = askFromDirector(name, addresses);
      const lines = stdout.trimEnd().split('\n');
      expect(lines[0]).toBe(`${addresses[0]}: takes packets for ${asked}`);
      expect(lines.slice(-2)).toEqual(['status 1', 'clean']);
      expect(stderr).toContain(`lvs-console: ${addresses[1]}: no answer for ${asked}`);
      expect(stderr).not.toContain(`lvs-console: ${addresses[0]}:`);
    },
  );
});

/** This machine has no IPVS and no systemd: the unit's commands run beside a stand-in for ipvsadm, in the order of the unit. */
describe('the unit of ldirectord', () => {
  it('starts a daemon with the pid file that it names, reloads it, and stops it with an empty table', () => {
    const { files } = renderCase('single-gate-iptables-v4-redhat').releases[0]!;
    const unit = files.find(({ path: file }) => file.endsWith('ldirectord.service'))!.content;
    const command = (key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)![1]!;
    const config = path.join(folder, 'ldirectord.cf');
    const text = files.find(({ path: file }) => file.endsWith('/ldirectord.cf'))!.content;
    fs.writeFileSync(config, text.replace('/var/log/ldirectord.log', `${folder}/ldirectord.log`));
    const ipvsadm = path.join(folder, 'ipvsadm-of-unit');
    fs.writeFileSync(ipvsadm, `#!/bin/sh\necho "$*" >> ${folder}/table\n`, { mode: 0o755 });
    const program = `
mount -t tmpfs none /run; mkdir -p /etc/ha.d; mount --bind ${folder} /etc/ha.d
for tool in /sbin/ipvsadm /usr/sbin/ipvsadm; do [ -e $tool ] && mount --bind ${ipvsadm} $tool; done
${command('ExecStart')} > /dev/null; echo "start $?"
for round in 1 2 3 4 5 6 7 8 9 10; do [ -s ${command('PIDFile')} ] && break; sleep 0.3; done
kill -0 "$(cat ${command('PIDFile')})"; echo "alive $?"
for round in 1 2 3 4 5 6 7 8 9 10; do [ -s ${folder}/table ] && break; sleep 0.3; done; sleep 1
grep -c '^-A' ${folder}/table
${command('ExecReload')} > /dev/null; echo "reload $?"; sleep 1
kill -0 "$(cat ${command('PIDFile')})"; echo "alive $?"
${command('ExecStop')} > /dev/null; echo "stop $?"
for round in 1 2 3 4 5 6 7 8 9 10; do [ -e ${command('PIDFile')} ] || break; sleep 0.5; done
[ ! -e ${command('PIDFile')} ]; echo "gone $?"
grep -c '^-D' ${folder}/table`;
    const { stdout } = spawnSync('unshare', ['-n', '-m', '--pid', '--fork', '--mount-proc', 'sh', '-c', program], {
      encoding: 'utf8',
      timeout: 60_000,
    });
    const groups = String(renderCase('single-gate-iptables-v4-redhat').topology.groups.length);
    expect(stdout.trimEnd().split('\n')).toEqual([
      'start 0',
      'alive 0',
      groups,
      'reload 0',
      'alive 0',
      'stop 0',
      'gone 0',
      groups,
    ]);
  });
});

/** Daemons before, call, daemons after. `m` and `b`: master and backup as wanted; `M` and `B`: with another syncid. */
const DAEMONS: Record<string, string> = {
  m: 'master sync daemon (mcast=eth1, syncid=240',
  b: 'backup sync daemon (mcast=eth1, syncid=240',
  M: 'master sync daemon (mcast=eth1, syncid=2401',
  B: 'backup sync daemon (mcast=eth2, syncid=240',
};

function swap(script: string, before: string, args: string[]) {
  fs.rmSync(path.join(folder, 'calls'), { force: true });
  fs.writeFileSync(path.join(folder, 'daemons'), [...before].map((key) => `${DAEMONS[key] ?? ''}\n`).join(''));
  const { status, stdout } = spawnSync(script, args, { encoding: 'utf8' });
  const state = fs.readFileSync(path.join(folder, 'daemons'), 'utf8').trimEnd();
  const after = state
    .split('\n')
    .map((line) => Object.keys(DAEMONS).find((key) => DAEMONS[key] === line) ?? line)
    .join('');
  const calls = fs.existsSync(path.join(folder, 'calls'))
    ? fs.readFileSync(path.join(folder, 'calls'), 'utf8').trimEnd().split('\n')
    : [];
  return { status, after, said: stdout.trimEnd(), calls };
}

describe('LVSSyncDaemonSwap', () => {
  const script = place('seed', '/LVSSyncDaemonSwap');

  it.each([
    ['', 'start', 'm', ['start master']],
    ['b', 'start', 'm', ['stop backup', 'start master']],
    ['m', 'start', 'm', []],
    ['M', 'start', 'm', ['stop master', 'start master']],
    ['mb', 'start', 'm', ['stop backup']],
    ['m', 'stop', 'b', ['stop master', 'start backup']],
    ['', 'stop', 'b', ['start backup']],
    ['b', 'stop', 'b', []],
    ['MB', 'stop', 'b', ['stop master', 'stop backup', 'start backup']],
  ])('with daemons "%s" a %s leads to "%s"', (before, verb, after, calls) => {
    expect(swap(script, before, ['master', verb])).toEqual({ status: 0, after, said: '', calls });
  });

  it.each([
    ['m', 'running'],
    ['b', 'stopped'],
    ['M', 'stopped'],
    ['', 'stopped'],
  ])('with daemons "%s" says %s, in the words heartbeat looks for', (before, said) => {
    expect(swap(script, before, ['master', 'status'])).toEqual({ status: 0, after: before, said, calls: [] });
  });

  it('never fails a stop, because heartbeat would then reboot the host', () => {
    fs.writeFileSync(path.join(folder, 'unreadable'), '');
    expect(swap(script, 'm', ['master', 'stop']).status).toBe(0);
    expect(swap(script, 'm', ['master', 'status']).said).toBe('stopped');
    fs.rmSync(path.join(folder, 'unreadable'));
  });

  it.each([[['start']], [['backup', 'start']], [[]]])('refuses the words %j', (args) => {
    expect(swap(script, '', args).status).toBe(2);
  });
});

describe('heartbeat-start', () => {
  const script = place('seed', '/lvs-console/rules');
  it.each([
    ['', 'b', ['start backup']],
    ['b', 'b', []],
    ['m', 'm', []],
    ['B', 'b', ['stop backup', 'start backup']],
  ])('with daemons "%s" leads to "%s" and tells heartbeat not to run it again', (before, after, calls) => {
    expect(swap(script, before, ['heartbeat-start'])).toEqual({ status: 100, after, said: '', calls });
  });
});

describe('a director under heartbeat', () => {
  const { content } = renderCase('seed').releases[0]!.files.find(({ path: file }) =>
    file.endsWith('/lvs-console/rules'),
  )!;
  it.each([
    ['0', 'waits 7'],
    ['3', 'waits 4'],
    ['7', ''],
    ['86400', ''],
  ])('that was started %s seconds ago says: "%s", so that the other one misses it after a power cut', (up, said) => {
    const program = `cut() { echo ${up}; }; sleep() { echo "waits $1"; }; ${/^stay_away\(\) \{$[^]*?^\}$/m.exec(content)![0]}; stay_away`;
    expect(spawnSync('dash', ['-euc', program], { encoding: 'utf8' })).toMatchObject({
      status: 0,
      stderr: '',
      stdout: said && `${said}\n`,
    });
    expect(/^start\(\) \{$[^]*?^\}$/m.exec(content)![0]).toMatch(/\n {2}stay_away\n\}$/);
  });
});
