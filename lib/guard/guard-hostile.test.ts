// A console that turned hostile: it holds a valid key and writes its releases by hand. What root did not allow must not be let through,
// and what this console itself writes must be.
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseTar, testRelease, type TestRelease } from './test-release';
import { openSandbox, type Sandbox } from './test-sandbox';

type Change = Record<string, string | undefined>;
const node = hostname();
const haCf = (line: string): Change => ({ 'files/etc/ha.d/ha.cf': `node ${node}\nbcast lo\n${line}\n` });
const resources = (words: string): Change => ({ 'files/etc/ha.d/haresources': `${node} ${words}\n` });
const ldirectord = (line: string): Change => ({
  'files/etc/ha.d/ldirectord.cf': `virtual=1\n\treal=192.168.6.2 masq 1\n\tprotocol=fwm\n\t${line}\n`,
});
const unit = (lines: string): Change => ({
  'files/etc/systemd/system/lvs-console-rules.service': `[Service]\n${lines}\n`,
});
const script = (text: string): Change => ({ 'files/usr/lib/lvs-console/rules': `#!/bin/sh\n${text}\n` });

/** Own rules as `testRelease(1)` has them, and more; the host itself has no such file. */
const sysconfig = (more: string): Change => ({
  'files/etc/sysconfig/iptables': `${testRelease(1)['intent/rules.v4']?.content ?? ''}${more}`,
});
const JUMP = ' -m comment --comment lvs-console -j LVS-CONSOLE';
const mangle = (line: string): Change => ({
  'intent/rules.v4': `*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE ${line}\nCOMMIT\n`,
  'intent/jumps': 'mangle PREROUTING LVS-CONSOLE\n',
});

/** Each would make root run, load or write something of the console's choice. */
const HOSTILE: [string, Change][] = [
  ['a resource script of its own', { 'files/etc/ha.d/resource.d/evil': '#!/bin/sh\nid > /tmp/x\n' }],
  ['a resource script under a known name', { 'files/etc/ha.d/resource.d/IPaddr2': '#!/bin/sh\nid\n' }],
  ['functions that heartbeat’s scripts read', { 'files/etc/ha.d/shellfuncs': 'id\n' }],
  ['a hook of heartbeat', { 'files/etc/ha.d/rc.d/status': '#!/bin/sh\nid\n' }],
  ['a program in the rules script', script('id')],
  ['a program behind a known line', script('set -u; id')],
  ['a program in a comment that closes a quote', script("COMPARE='\n# '; id; '")],
  ['a program in the data of the rules script', script("delivery4() {\n  cat << 'END'\nrule add $(id)\nEND\n}")],
  [
    'a policy rule that intent/ does not name',
    script('rule add priority 1 fwmark 0x1 iif eth0 lookup 100 protocol 76'),
  ],
  ['an address that intent/ does not name', script('192.0.2.1/24 eth0')],
  ['a module of its choice in the rules script', script('  modprobe -a evil || problem "a module does not load"')],
  ['a second rules script', { 'files/usr/lib/lvs-console/rules2': 'id\n' }],
  ['a unit that runs a program', unit('ExecStart=/bin/sh -c id')],
  ['a unit with another user’s file', unit('EnvironmentFile=/tmp/x')],
  [
    'a stanza that runs a program',
    { 'files/etc/network/interfaces.d/lvs-console': 'iface eth0 inet manual\n    up id\n' },
  ],
  ['a core pattern in sysctl.d', { 'files/etc/sysctl.d/90-lvs-console.conf': 'kernel.core_pattern = |/tmp/x\n' }],
  ['a core pattern behind a slash', { 'files/etc/sysctl.d/90-lvs-console.conf': 'net/ipv4/../../kernel/x = 1\n' }],
  ['a module in modules-load.d', { 'files/etc/modules-load.d/lvs-console.conf': 'evil\n' }],
  [
    'rules at boot that are not the intent',
    { 'files/etc/lvs-console/rules.v4': '*filter\n-A INPUT -j DROP\nCOMMIT\n' },
  ],
  ['sets at boot without an intent', { 'files/etc/lvs-console/sets': 'create other hash:ip\n' }],
  ['a table at boot without an intent', { 'files/etc/lvs-console/rules.nft': 'table ip x {}\n' }],
  ['a program that a person would run', { 'files/etc/lvs-console/check-real-servers': '#!/bin/sh\nid\n' }],
  ['foreign rules in sysconfig', { 'files/etc/sysconfig/iptables': '*filter\n:INPUT DROP [0:0]\nCOMMIT\n' }],
  [
    'own rules in sysconfig that are not the intent',
    {
      'files/etc/sysconfig/iptables':
        '*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -j MARK --set-xmark 0x9/0xffffffff\nCOMMIT\n',
    },
  ],
  ['a folder in the place of the policy', { 'files/etc/lvs-console/policy/x': 'x\n' }],
  ['a program that heartbeat starts', haCf('respawn root /bin/sh')],
  ['a program with a known start', haCf('respawn root /usr/lib/lvs-console/rules heartbeat-start; id')],
  ['heartbeat’s log over another file', haCf('logfile /etc/cron.d/x')],
  ['heartbeat’s interface for anybody', haCf('apiauth ipfail uid=nobody')],
  ['a cluster manager', haCf('stonith_host * x y')],
  ['a resource of the host', resources('ldirectord::ldirectord.cf Filesystem::/dev/sda1::/mnt')],
  ['ldirectord with another file', resources('ldirectord::/tmp/x.cf')],
  ['an option for a resource', resources('ldirectord::ldirectord.cf IPaddr2::192.168.7.240/24/eth0/$(id)')],
  ['a shell word in ldirectord’s scheduler', ldirectord('scheduler=rr; id')],
  ['a shell word in a real server', ldirectord('real=192.168.6.3 masq 1 | id')],
  ['ldirectord’s log over another file', { 'files/etc/ha.d/ldirectord.cf': 'logfile="/etc/cron.d/x"\nvirtual=1\n' }],
  ['ldirectord’s monitor file', ldirectord('monitorfile=/etc/cron.d/x')],
  ['a mail program of ldirectord', ldirectord('emailalert=|id')],
  ['a check script', ldirectord('checkcommand="/bin/sh -c id"')],
  ['a supervisor of ldirectord', ldirectord('supervised=yes')],
  ['a file that ldirectord’s shell would empty', ldirectord('schedflags= >vmlinuz')],
  ['a shell’s arrow in a real server', ldirectord('real=192.168.6.3 masq >x')],
  ['a program behind the end of heartbeat’s buffer', haCf(`#${'x'.repeat(1022)}respawn root /bin/sh -c id`)],
  ['a library for heartbeat', haCf('compression ../../../../../etc/lvs-console/x')],
  ['a file that heartbeat would write to', haCf('watchdog /boot/vmlinuz')],
  ['a file of its own in sysctl.d', { 'files/etc/sysctl.d/bonding.conf': 'net.ipv4.ip_forward=1\n' }],
  ['a file of its own in modules-load.d', { 'files/etc/modules-load.d/bonding.conf': 'ip_vs\n' }],
  ['a table in sysconfig that no kernel has', sysconfig('*bogus\nCOMMIT\n')],
  ['a jump in sysconfig that leads nowhere', sysconfig(`*filter\n-A INPUT${JUMP}\nCOMMIT\n`)],
  ['a chain in sysconfig for another table', sysconfig('*filter\n:LVS-CONSOLE ACCEPT [0:0]\nCOMMIT\n')],
  ['a jump in sysconfig to a chain that is not there', sysconfig(`*nat\n-A PREROUTING${JUMP}-NAT\nCOMMIT\n`)],
  ['a sync daemon on an interface that is not here', { 'intent/meta': 'stack=heartbeat\nsync-active=master eth9 7\n' }],
];

/** Within what a release may hold, but not within what root allows. */
const BEYOND: [string, string, Change][] = [
  ['marks=1-9', 'policy allows marks 1-9 only', ldirectord('virtual=10')],
  ['ranges=192.168.0.0/16', 'policy does not allow range 192.0.2.1', { 'intent/ipvs': '-A -t 192.0.2.1:80 -s rr\n' }],
  ['ranges=192.168.0.0/16', 'policy does not allow range 192.0.2.1', ldirectord('virtual=192.0.2.1:80')],
  ['addresses=192.168.7.241/32', 'policy does not allow the address 192.168.7.240/24', {}],
  [
    'addresses=192.168.7.240/32',
    'policy does not allow the address 192.0.2.1',
    resources('ldirectord::ldirectord.cf IPaddr::192.0.2.1'),
  ],
  [
    'addresses=192.168.7.240/32',
    'policy does not allow the address 192.0.2.1',
    resources('ldirectord::ldirectord.cf 192.0.2.1'),
  ],
  [
    'addresses=192.168.7.240/32',
    'policy does not allow the address 192.0.2.1/24',
    { 'intent/addresses': '192.0.2.1/24 eth0\n' },
  ],
  ['interfaces=eth0', 'policy does not allow interface peer0', haCf('bcast peer0')],
  ['interfaces=eth0', 'policy does not allow interface eth9', { 'intent/sysctl': 'net.ipv4.conf.eth9.rp_filter=0\n' }],
  [
    'interfaces=eth0',
    'policy does not allow interface eth9',
    { 'files/etc/sysctl.d/90-lvs-console.conf': 'net/ipv4/conf/eth9/rp_filter = 0\n' },
  ],
  [
    'marks=1-9',
    'policy allows marks 1-9 only',
    mangle('-d 192.168.0.0/24 -m comment --comment --comment -j MARK --set-xmark 0x63/0xffffffff'),
  ],
  [
    'marks=1-9',
    'policy allows marks 1-9 only',
    mangle('-d 192.168.0.0/24 -m comment --comment --comment --set-xmark 0x63/0xffffffff -j MARK'),
  ],
  ['marks=1-9', 'only whole marks', mangle('-d 192.168.0.0/24 -j MARK --set-xmark 0x8/0x0')],
  ['marks=10-12', 'mark must be', mangle('-d 192.168.0.0/24 -j MARK --set-mark 011')],
  ['interfaces=', 'policy line without a value', {}],
  ['ranges=', 'policy line without a value', {}],
  [
    'interfaces=lo',
    'policy does not allow interface eth0',
    { 'intent/meta': 'stack=heartbeat\nsync-standby=backup eth0 7\n' },
  ],
  ['check-scripts=/usr/local/lib/app', 'a shell may read it', ldirectord('checkcommand="/usr/local/lib/app ; id"')],
  [
    'check-scripts=/usr/local/lib/app',
    'does not allow the program /usr/local/lib/application',
    ldirectord('checkcommand=/usr/local/lib/application'),
  ],
];

describe('a hostile console', () => {
  let box: Sandbox;
  let serial = 0;
  const policy = (text: string) => writeFileSync(`${box.root}/etc/lvs-console/policy`, text);
  beforeAll(async () => {
    box = await openSandbox({ shell: 'dash' });
  });
  afterAll(() => {
    box.close();
  });

  async function check(release: TestRelease) {
    serial += 1;
    const tx = `${String(serial)}-0000000a`;
    const staged = await box.guard(['stage', tx, String(serial)], { input: releaseTar(release) });
    expect(staged).toMatchObject({ code: 0, stderr: '' });
    const outcome = await box.guard(['check', tx]);
    const armed = await box.guard(['arm', tx, String(serial), '60']);
    await box.guard([armed.code === 0 ? 'rollback' : 'abort', tx, ...(armed.code === 0 ? [] : [String(serial)])]);
    return { ...outcome, armed: armed.code };
  }

  it.each(HOSTILE)('gets %s past no check, and without a check nothing is armed', async (_, change) => {
    policy('');
    expect(await check(testRelease(1, change))).toMatchObject({ code: 12, armed: 10 });
  });

  it.each(BEYOND)('is held to the policy %s: %s', async (text, words, change) => {
    policy(`${text}\n`);
    expect(await check(testRelease(1, change))).toMatchObject({
      ...{ code: 12, armed: 10 },
      stderr: expect.stringContaining(words) as string,
    });
  });

  it('has no file made by a daemon’s own look at what was refused', async () => {
    policy('');
    const cf = `logfile="${box.root}/etc/made"\nvirtual=1\n\tmonitorfile=${box.root}/etc/made\n`;
    expect(await check(testRelease(1, { 'files/etc/ha.d/ldirectord.cf': cf }))).toMatchObject({ code: 12 });
    expect(box.calls()).not.toContain(`lvs-console-check-${String(serial)}-`);
  });

  it('cannot put another release in the place of one that was checked', async () => {
    policy('');
    const [tx, generation] = ['500-0000000a', '500'];
    await box.guard(['stage', tx, generation], { input: releaseTar(testRelease(1)) });
    expect(await box.guard(['check', tx])).toMatchObject({ code: 0 });
    const evil = releaseTar(testRelease(1, script('id')));
    expect(await box.guard(['stage', tx, generation], { input: evil })).toMatchObject({ code: 0 });
    expect(await box.guard(['arm', tx, generation, '60'])).toMatchObject({ code: 10 });
    expect(await box.guard(['switch', tx, generation])).toMatchObject({ code: 10 });
    await box.guard(['abort', tx, generation]);
  });

  it.each([
    '../../etc/x-aaaaaaaa',
    '1-aaaaaaa/',
    '1-../../aa',
    '-aaaaaaaa',
    '1-AAAAAAAA',
    '1-aaaaaaaa/..',
    '1\n-aaaaaaaa',
    '',
  ])('has no transaction called %j', async (tx) => {
    const before = await box.picture();
    for (const args of [
      ['stage', tx, '900'],
      ['check', tx],
      ['arm', tx, '900', '60'],
      ['switch', tx, '900'],
      ['confirm', tx, '900'],
      ['rollback', tx],
      ['abort', tx, '900'],
      ['apply', tx],
    ])
      expect(await box.guard(args, { input: releaseTar(testRelease(1)) })).toMatchObject({ code: 2 });
    expect(await box.picture()).toBe(before);
  });
});

describe('this console', () => {
  const cases = path.join(import.meta.dirname, '../render/testdata');
  const directors = readdirSync(cases).flatMap((name) => {
    const expected = path.join(cases, name, 'expected');
    if (!statSync(expected, { throwIfNoEntry: false })) return [];
    const [first] = readdirSync(expected).filter(
      (each) =>
        readdirSync(expected).includes(each) &&
        statSync(path.join(expected, each)).isDirectory() &&
        readdirSync(path.join(expected, each)).includes('intent'),
    );
    return first === undefined ? [] : [[name, path.join(expected, first)] as const];
  });
  /** Of the machine that the sample was made for: its interfaces, its name, its secrets. */
  const OF_THE_HOST =
    /has no interface|is called .* not among its nodes|not a node of ha\.cf|no resource script|does not belong|check failed:|rules\.(v[46]|nft): .* says|cannot do that|not installed|says \(/;
  let box: Sandbox;
  beforeAll(async () => {
    box = await openSandbox({ shell: 'dash' });
    await box.run(['mkdir', '-p', `${box.root}/etc/sysconfig`]);
    writeFileSync(`${box.root}/etc/lvs-console/policy`, 'check-scripts=/usr/local/lib/check-shop\n');
  });
  afterAll(() => {
    box.close();
  });

  it.each(directors)('writes nothing that the guard would not let through: %s', async (name, folder) => {
    const files = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name !== 'FILES')
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
    const release: TestRelease = { 'intent/daemon': { content: 'none\n' } };
    for (const file of files) {
      const member = file.startsWith('intent/') ? file : `files/${file}`;
      const isProgram = /rules$|check-real-servers$|resource\.d\//.test(file) && !file.startsWith('intent/');
      release[member] = {
        content: readFileSync(path.join(folder, file), 'utf8'),
        mode: file.endsWith('authkeys') ? '0600' : isProgram ? '0755' : '0644',
      };
    }
    const sysconfig = release['files/etc/sysconfig/iptables']?.content ?? '';
    const foreign = sysconfig
      .split('\n')
      .filter((line) => !/LVS-CONSOLE/.test(line))
      .join('\n');
    writeFileSync(`${box.root}/etc/sysconfig/iptables`, name === 'redhat-empty' ? '' : foreign);
    const tx = '1-0000000a';
    expect(await box.guard(['stage', tx, '1'], { input: releaseTar(release) })).toMatchObject({ code: 0, stderr: '' });
    const { stderr } = await box.guard(['check', tx]);
    expect(stderr.split('\n').filter((line) => line !== '' && !OF_THE_HOST.test(line))).toEqual([]);
  });
});
