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

/** A file of the release with its paths led into the folder of the test. */
function place(caseName: string, end: string): string {
  const { files } = renderCase(caseName).releases[0]!;
  const rules = files.find(({ path: file }) => file.endsWith('/rules.v4') || file.endsWith('/sysconfig/iptables'))!;
  const rulesFile = path.join(folder, `${caseName}-rules.v4`);
  fs.writeFileSync(rulesFile, rules.content);
  const script = path.join(folder, `${caseName}-${path.basename(end)}`);
  const { content } = files.find(({ path: file }) => file.endsWith(end))!;
  const led = content
    .replace('PATH=/usr/sbin', `PATH=${bin}:/usr/sbin`)
    .replace(`RULES4=${rules.path}`, `RULES4=${rulesFile}`);
  fs.writeFileSync(script, led, { mode: 0o755 });
  return script;
}

/** eth0 and eth1 as on a director, and something of somebody else in every place where we write. */
const DIRECTOR = `set -e
ip link set lo up
for i in 0 1; do ip link add eth$i type veth peer name peer$i; ip link set eth$i up; ip link set peer$i up; done
ip addr add 192.168.7.4/24 dev eth0; ip addr add 192.168.6.4/24 dev eth1
ip route add default via 192.168.7.1
ip rule add priority 50 fwmark 0x99 lookup 150; ip route add unreachable 10.99.0.0/16
iptables -t mangle -A PREROUTING -j MARK --set-xmark 0x100/0x100
iptables -t nat -A POSTROUTING -s 10.99.0.0/16 -j MASQUERADE
state() { iptables-save | grep -v '^#' | sed 's/\\[.*\\]//'; ip rule; ip route show table all; }
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
  it.each(['seed', 'ports-and-overrides', 'range-of-many-prefixes', 'ifupdown-ftp-log'])(
    'of %s starts, may start again, checks, and leaves nothing when it stops',
    (name) => {
      const rules = place(name, '/lvs-console/rules');
      const { stdout, stderr } = inDirector(`
state > ${folder}/before
${rules} start; echo "start $?"; state > ${folder}/once
${rules} start; echo "again $?"; state > ${folder}/twice
cmp ${folder}/once ${folder}/twice; echo "same $?"
${rules} check; echo "check $?"
${rules} stop; echo "stop $?"; state > ${folder}/after
cmp ${folder}/before ${folder}/after; echo "clean $?"
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
      expect(fs.readFileSync(path.join(folder, 'missing'), 'utf8')).toContain('missing: 100: from all fwmark');
    },
  );

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
iptables-restore < ${folder}/redhat-merge-rules.v4
${rules} check; echo "with $?"
${rules} stop; iptables -t mangle -S LVS-CONSOLE | head -1`);
    expect(stderr).toBe('');
    expect(stdout).toBe('start 0\nwithout 1\nwith 0\n-N LVS-CONSOLE\n');
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
