// The check of sets, nftables, IPv6, fixed addresses and keepalived: own grammar, root's policy, then the real tools.
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { withAddresses, withIpv6, withKeepalived, withNftables, withSets } from './test-forms';
import { releaseTar, testRelease } from './test-release';
import { openSandbox, type Sandbox } from './test-sandbox';

type Change = Record<string, string | undefined>;
const sets = (text: string): Change => ({ ...withSets(1), 'intent/sets': text });
const entry = (line: string) => sets(`create lvs-console-web hash:net,port family inet skbinfo\n${line}\n`);
const rule = (line: string): Change => ({
  ...withSets(1),
  'intent/rules.v4': `*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE ${line}\nCOMMIT\n`,
  'intent/jumps': '',
});
const nft = (line: string) => withNftables(1, `${line}\n`);
const nftText = (change: (text: string) => string): Change => ({
  ...withNftables(1),
  'intent/rules.nft': change(withNftables(1)['intent/rules.nft']!),
});
const conf = (line: string) => withKeepalived(1, (text) => `${text}${line}\n`);
const checker = (line: string) =>
  withKeepalived(1, (text) => text.replace('weight 1\n', `weight 1\n        ${line}\n`));
const ldirectord = (line: string): Change => ({
  'files/etc/ha.d/ldirectord.cf': testRelease(1)['files/etc/ha.d/ldirectord.cf']!.content.replace(
    '\tscheduler',
    `\t${line}\n\tscheduler`,
  ),
});

/** What a release changes, and the words that must name the place. */
const REFUSED: [string, Change, string][] = [
  ['a part of the intent that it does not know', { 'intent/rules.v9': '' }, 'MANIFEST:'],
  ['a foreign set', sets('create fail2ban hash:net,port family inet\n'), 'intent/sets:1: only sets called lvs-console'],
  [
    'the name that it uses itself',
    sets('create lvs-console-new hash:net\n'),
    'intent/sets:1: only sets called lvs-console',
  ],
  ['a set of sets', sets('create lvs-console-web list:set\n'), 'intent/sets:1: type of set not allowed'],
  [
    'a set that ends by itself',
    sets('create lvs-console-web hash:net timeout 5\n'),
    'option of set not allowed: timeout',
  ],
  ['a flush of a set', entry('flush lvs-console-web'), 'intent/sets:2: only `create` and `add`'],
  ['a set destroyed', entry('destroy lvs-console-web'), 'intent/sets:2: only `create` and `add`'],
  ['an entry of a set that is not made', entry('add lvs-console-other 192.168.0.0/24,tcp:80'), 'intent/sets:2:'],
  ['an entry with too few parts', entry('add lvs-console-web 192.168.0.0/24'), 'entry does not fit the type'],
  [
    'an entry with an impossible address',
    entry('add lvs-console-web 192.168.7.340,tcp:80'),
    'not an address or prefix',
  ],
  ['an entry of the other family', entry('add lvs-console-web 2001:db8::/64,tcp:80'), 'address of the other family'],
  [
    'an entry with a mark of 2^31',
    entry('add lvs-console-web 192.168.0.0/24,tcp:80 skbmark 0x80000000'),
    'mark must be',
  ],
  [
    'an entry with part of a mark',
    entry('add lvs-console-web 192.168.0.0/24,tcp:80 skbmark 0x1/0xff'),
    'only whole marks',
  ],
  ['an entry with an odd port', entry('add lvs-console-web 192.168.0.0/24,tcp:80;x'), 'not a port'],
  ['a rule with a foreign set', rule('-m set --match-set foreign dst -j RETURN'), 'not a set of this release: foreign'],
  ['a rule that fills a set', rule('-j SET --add-set lvs-console-web dst,dst'), 'option not allowed: --add-set'],
  ['a rule with too few directions', rule('-m set --match-set lvs-console-web dst -j RETURN'), 'directions do not fit'],
  ['options in one word', rule('-vM /tmp/evil -j RETURN'), 'option not allowed: -vM'],
  ['an option in quotes', rule('"-M" /tmp/evil -j RETURN'), 'quote in an odd place'],
  ['a quote that hides an option', rule('-m comment --comment ""x -t filter y" -j RETURN'), 'quote in an odd place'],
  ['an option with an equals sign', rule('--modprobe=/tmp/evil -j RETURN'), 'option not allowed: --modprobe'],
  ['a set that the real ipset refuses', entry('add lvs-console-web 192.168.0.0/24,tcp:80 comment "x"'), 'ipset'],
  [
    'an IPv6 rule with an IPv4 address',
    {
      ...withIpv6(1),
      'intent/rules.v6': '*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -d 192.168.0.0/24 -j RETURN\nCOMMIT\n',
    },
    'ip6tables-restore says',
  ],
  [
    'a jump to an IPv6 chain that is not there',
    { 'intent/jumps6': 'mangle PREROUTING LVS-CONSOLE\n' },
    'intent/jumps6:1: jump to a chain that rules.v6 does not declare',
  ],
  [
    'IPv6 rules without COMMIT',
    { ...withIpv6(1), 'intent/rules.v6': '*mangle\n:LVS-CONSOLE - [0:0]\n' },
    'intent/rules.v6: no COMMIT',
  ],
  ['a policy rule without mark and destination', { 'intent/policy-rules': '100 eth0 - 100\n' }, 'it is every packet'],
  [
    'a policy rule for every destination',
    { 'intent/policy-rules': '100 eth0 - 100 0.0.0.0/0\n' },
    'intent/policy-rules:1:',
  ],
  ['a policy rule with host bits', { 'intent/policy-rules': '100 eth0 - 100 192.168.0.1/24\n' }, 'with host bits'],
  [
    'an IPv6 policy rule for an IPv4 destination',
    { 'intent/policy-rules6': '100 eth0 - 100 192.168.0.0/24\n' },
    'intent/policy-rules6:1:',
  ],
  [
    'an IPv6 address with two gaps',
    { 'intent/policy-rules6': '100 eth0 - 100 2001::1::2\n' },
    'intent/policy-rules6:1:',
  ],
  ['an unreachable ::/0', { 'intent/routes6': 'unreachable ::/0 main\n' }, 'intent/routes6:1: route not allowed'],
  [
    'an IPv4 route among those of IPv6',
    { 'intent/routes6': 'unreachable 192.168.0.0/24 main\n' },
    'intent/routes6:1: route not allowed',
  ],
  [
    'fixed addresses of another stack',
    { 'intent/addresses': '192.168.7.240/24 eth0\n' },
    'only the stack single has fixed addresses',
  ],
  [
    'a fixed address on an interface that is not here',
    withAddresses('192.168.7.240/24 eth9\n'),
    'this host has no interface eth9',
  ],
  [
    'a fixed address without prefix',
    withAddresses('192.168.7.240 eth0\n'),
    'intent/addresses:1: not <address>/<prefix>',
  ],
  ['an impossible fixed address', withAddresses('192.168.7.340/24 eth0\n'), 'intent/addresses:1:'],
  ['an IPv6 sysctl outside the list', { 'intent/sysctl': 'net.ipv6.conf.all.disable_ipv6=1\n' }, 'sysctl not allowed'],
  [
    'another nftables table',
    nftText((text) => text.replaceAll('inet lvs-console', 'inet filter')),
    'must be `table inet lvs-console`',
  ],
  [
    'an nftables table of one family',
    nftText((text) => text.replaceAll('inet lvs-console', 'ip lvs-console')),
    'must be `table inet lvs-console`',
  ],
  ['a second nftables table', nftText((text) => `${text}table inet other {\n}\n`), 'after the end of the own table'],
  ['a flush after the table', nftText((text) => `${text}flush ruleset\n`), 'after the end of the own table'],
  [
    'a command on the line of the last brace',
    nftText((text) => text.replace(/\}\n$/, '} flush ruleset\n')),
    'after the end of the own table',
  ],
  ['an nftables include', nft('include "/etc/passwd"'), 'word not allowed: include'],
  ['an nftables variable', nft('ip daddr $x accept'), 'quote in an odd place'],
  ['an nftables definition', nft('define x = 1'), 'word not allowed: define'],
  ['a redirection by nftables', nft('tcp dport 22 redirect to 2222'), 'word not allowed: redirect'],
  ['a queue by nftables', nft('queue num 1'), 'word not allowed: queue'],
  ['an nftables mark of 2^31', nft('ip daddr 192.168.0.0/24 meta mark set 0x80000000'), 'mark must be'],
  ['an nftables map of verdicts', nft('ip protocol vmap { tcp : accept }'), 'word not allowed: vmap'],
  [
    'a script behind the end of keepalived’s buffer',
    conf(`#${'x'.repeat(1022)}notify_master "/bin/sh -c id"`),
    'line of more than 1000 bytes',
  ],
  ['keepalived that empties the whole table', conf('lvs_flush'), 'keyword not allowed: lvs_flush'],
  ['an nftables table without its end', nftText((text) => text.replace(/\}\n$/, '')), 'no closing brace at the end'],
  [
    'an nftables table with a brace too many',
    nftText((text) => text.replace('\tchain', '}\n\tchain')),
    'after the end of the own table',
  ],
  [
    'an nftables object that is no chain, set or map',
    nftText((text) => text.replace('\tmap web', '\tflowtable web')),
    'intent/rules.nft:4:',
  ],
  ['what only the real nft refuses', nft('ip daddr 192.168.7.340 accept'), 'rules.nft'],
  [
    'a keepalived action for another stack',
    { 'intent/daemon': 'reload-keepalived\n' },
    'reload-keepalived does not belong to the stack heartbeat',
  ],
  [
    'an ldirectord start under heartbeat',
    { 'intent/daemon': 'restart-ldirectord\n' },
    'restart-ldirectord does not belong to the stack heartbeat',
  ],
  [
    'a heartbeat action under keepalived',
    { ...withKeepalived(1), 'intent/daemon': 'start-heartbeat\n' },
    'does not belong to the stack keepalived',
  ],
  ['an unknown stack', { 'intent/meta': 'stack=pacemaker\n' }, 'unknown stack'],
  [
    'the stack keepalived without its file',
    { 'intent/meta': 'stack=keepalived\n' },
    'without /etc/keepalived/keepalived.conf',
  ],
  ['another file of keepalived', { 'files/etc/keepalived/evil.conf': '' }, 'MANIFEST:'],
  ['a keepalived include', conf('include /etc/shadow'), 'keyword not allowed: include'],
  ['a keepalived definition', conf('$X=1'), 'keepalived.conf'],
  ['a keepalived condition', conf('@director1 global_defs'), 'keepalived.conf'],
  ['a notify script', checker('notify_up "/tmp/evil arg"'), 'does not allow the program /tmp/evil'],
  ['a check program', checker('MISC_CHECK {\n misc_path "/tmp/evil arg"\n }'), 'does not allow the program /tmp/evil'],
  [
    'a quorum script',
    withKeepalived(1, (text) => text.replace('delay_loop', 'quorum_up /tmp/evil\n    delay_loop')),
    'does not allow the program /tmp/evil',
  ],
  [
    'a start-up script',
    withKeepalived(1, (text) => text.replace('router_id', 'startup_script /tmp/evil\n    router_id')),
    'does not allow the program /tmp/evil',
  ],
  ['a file that keepalived would write', conf('vrrp_track_process x {'), 'keyword not allowed: vrrp_track_process'],
  ['a virtual server without a mark', conf('virtual_server 192.0.2.1 80 {\n}'), 'only virtual_server fwmark N'],
  ['a keepalived mark of 2^31', conf('virtual_server fwmark 2147483648 {\n}'), 'mark must be'],
  [
    'a VRRP interface that is not here',
    withKeepalived(1, (text) => text.replace('interface eth0', 'interface eth9')),
    'this host has no interface eth9',
  ],
  [
    'a virtual address on an interface that is not here',
    withKeepalived(1, (text) => text.replace('dev eth0', 'dev eth9')),
    'this host has no interface eth9',
  ],
  ['a brace that is not closed', conf('vrrp_instance X {'), 'a brace is not closed'],
  [
    'what only the real keepalived refuses',
    withKeepalived(1, (text) => text.replace('virtual_router_id 51', 'virtual_router_id 300')),
    'keepalived says (5, not 0 and nothing)',
  ],
  [
    'what the real keepalived only warns of',
    withKeepalived(1, (text) => text.replace('auth_pass hushhush', 'auth_pass hushhush-too-long')),
    'keepalived says',
  ],
  ['a check command of ldirectord', ldirectord('checkcommand = "/tmp/evil"'), 'does not allow the program /tmp/evil'],
  ['a fallback command of ldirectord', ldirectord('fallbackcommand=/tmp/evil'), 'does not allow the program /tmp/evil'],
  ['a second ldirectord', { 'files/etc/ha.d/ldirectord.cf': 'execute=other.cf\n' }, 'would start another ldirectord'],
];

const ACCEPTED: [string, Change][] = [
  ['sets', withSets(1)],
  [
    'a set of each kind',
    sets(`create lvs-console-web hash:net,port family inet hashsize 4096 maxelem 100000 skbinfo
add lvs-console-web 192.168.0.0/24,tcp:80 skbmark 0x1
create lvs-console-any hash:net family inet skbinfo
add lvs-console-any 192.168.0.0/24 skbmark 0x1
create lvs-console-any6 hash:net family inet6 skbinfo
add lvs-console-any6 2001:db8:0:1::/64 skbmark 0x1
`),
  ],
  [
    'a rule that looks for its destination in a set',
    rule('-m set --match-set lvs-console-web dst,dst -j MARK --set-xmark 0x1/0xffffffff'),
  ],
  ['nftables', withNftables(1)],
  [
    'nftables with maps of marks by address and port',
    nftText((text) =>
      text
        .replace(
          '\tchain prerouting',
          `\tmap lvs6 {
		type ipv6_addr . inet_proto . inet_service : mark
		flags interval
		elements = { 2001:db8:0:1::/64 . tcp . 80-90 : 0x1 }
	}
	chain prerouting`,
        )
        .replace(
          '\t\tiifname',
          '\t\tiifname "eth0" meta l4proto tcp meta mark set ip6 daddr . meta l4proto . th dport map @lvs6\n\t\tiifname',
        ),
    ),
  ],
  [
    'nftables with ICMP errors and sources',
    nft(
      '		iifname "eth0" ip saddr 203.0.113.0/24 ip daddr 192.168.0.0/24 icmp type { destination-unreachable, time-exceeded } meta mark set 0x1 comment "lvs:web"',
    ),
  ],
  ['IPv6', withIpv6(1)],
  [
    'empty new lists',
    {
      'intent/rules.v6': '',
      'intent/jumps6': '',
      'intent/sets': '',
      'intent/rules.nft': '',
      'intent/addresses': '',
      'intent/policy-rules6': '',
      'intent/routes6': '',
    },
  ],
  ['fixed addresses of the stack single', withAddresses()],
  [
    'a policy rule by destination',
    { 'intent/policy-rules': '100 eth0 - 100 192.168.0.0/24\n101 eth0 0x1 100 192.168.0.7/32\n' },
  ],
  ['keepalived', withKeepalived(1)],
  [
    'modules of sets, nftables and IPv6',
    {
      'intent/modules':
        'ip_set_hash_netport\nxt_set\nnf_tables\nnft_chain_nat\nip6_tables\nip6table_mangle\nip6_tunnel\n',
    },
  ],
];

/** As the renderer prints them: a lookup by source and class of ports, and the log of what is forwarded. */
const RENDERED = nftText((text) =>
  text
    .replace(
      '\t\tiifname',
      `\t\tiifname "eth0" ip saddr { 203.0.113.0/24, 198.51.100.1-198.51.100.9 } tcp dport { 80, 443-445 } meta mark set ip daddr map @v4-any-55a54e comment "lvs-console"\n\t\tiifname`,
    )
    .replace(
      '\tmap web',
      '\tmap v4-any-55a54e {\n\t\ttype ipv4_addr : mark\n\t\tflags interval\n\t\telements = {\n\t\t\t192.168.0.3-192.168.0.9 : 0x00000001,\n\t\t\t192.168.1.0/24 : 0x00000002\n\t\t}\n\t}\n\tmap web',
    )
    .replace('\t\toifname', '\t\tlimit rate 10/second burst 20 packets log prefix "lvs-console: "\n\t\toifname'),
);

const POLICY: [string, string, Change, string | undefined][] = [
  ['marks of sets', 'marks=5-9\n', withSets(1), 'policy allows marks 5-9 only'],
  ['marks of nftables elements', 'marks=5-9\n', withNftables(1), 'policy allows marks 5-9 only'],
  [
    'marks of keepalived',
    'marks=5-9\n',
    { ...withKeepalived(1), 'intent/rules.v4': '', 'intent/jumps': '', 'intent/policy-rules': '', 'intent/ipvs': '' },
    'policy allows marks 5-9 only',
  ],
  [
    'ranges of sets',
    'ranges=10.0.0.0/8 2001:db8::/32\n',
    { ...withSets(1), 'intent/routes': '' },
    'policy does not allow range 192.168.0.0/24',
  ],
  [
    'ranges of nftables elements',
    'ranges=10.0.0.0/8\n',
    { ...withNftables(1, ''), 'intent/routes': '' },
    'policy does not allow range 192.168.0.0/24',
  ],
  [
    'ranges of IPv6 rules',
    'ranges=192.168.0.0/16\n',
    { ...withIpv6(1), 'intent/routes6': '', 'intent/policy-rules6': '' },
    'policy does not allow range 2001:db8:0:1::/64',
  ],
  [
    'ranges of IPv6 policy rules',
    'ranges=192.168.0.0/16 2001:db8:0:1::/64\n',
    withIpv6(1),
    'policy does not allow range 2001:db8:0:2::/64',
  ],
  [
    'a mark rule that names what it leaves out',
    'ranges=192.168.0.0/16\n',
    rule('! -d 192.168.0.0/24 -j MARK --set-xmark 0x1/0xffffffff'),
    'a mark rule must name its destination',
  ],
  [
    'an nftables rule that marks everything',
    'ranges=192.168.0.0/16\n',
    nft('meta mark set 0x1'),
    'a mark rule must name its destination: chain prerouting',
  ],
  [
    'an nftables chain that marks everything, by a jump',
    'ranges=192.168.0.0/16\n',
    nftText((text) =>
      text
        .replace('\tchain prerouting', '\tchain all {\n\t\tmeta mark set 0x1\n\t}\n\tchain prerouting')
        .replace('\t\tiifname', '\t\tjump all\n\t\tiifname'),
    ),
    'a mark rule must name its destination: chain prerouting',
  ],
  [
    'a set that begins with the source',
    'ranges=192.168.0.0/16\n',
    rule('-i eth0 -j SET --map-set lvs-console-web src,dst --map-mark'),
    'a set must begin with the destination',
  ],
  [
    'interfaces of nftables',
    'interfaces=eth1\n',
    { ...withNftables(1), 'intent/policy-rules': '', 'files/etc/ha.d/haresources': undefined },
    'policy does not allow interface eth0',
  ],
  [
    'interfaces of fixed addresses',
    'interfaces=eth1\n',
    withAddresses(),
    'intent/addresses:1: policy does not allow interface eth0',
  ],
  [
    'a set of ports only',
    'ranges=192.168.0.0/16\n',
    {
      ...rule('-p tcp -m set --match-set lvs-console-web dst -j MARK --set-xmark 0x1/0xffffffff'),
      'intent/sets': 'create lvs-console-web bitmap:port range 80-81\nadd lvs-console-web 80\n',
    },
    'a mark rule must name its destination',
  ],
  [
    'a chain of nftables that drops what no rule accepts',
    'targets=MARK MASQUERADE ACCEPT\n',
    nftText((text) => text.replace('policy accept', 'policy drop')),
    'policy does not allow target DROP',
  ],
  ['targets of nftables', 'targets=MARK\n', withNftables(1), 'policy does not allow target MASQUERADE'],
  ['targets of sets', 'targets=MASQUERADE\n', withSets(1), 'policy does not allow target MARK'],
  [
    'a program beside the allowed one',
    'check-scripts=/usr/local/bin/check\n',
    checker('MISC_CHECK {\n misc_path "/usr/local/bin/check2"\n }'),
    'does not allow the program /usr/local/bin/check2',
  ],
  [
    'an allowed program with arguments',
    'check-scripts=/usr/local/bin/other /usr/local/bin/check\n',
    checker('MISC_CHECK {\n misc_path "/usr/local/bin/check -x 1"\n }'),
    undefined,
  ],
  [
    'an allowed program of ldirectord',
    'check-scripts=/usr/local/bin/check\n',
    ldirectord('checkcommand = "/usr/local/bin/check"'),
    undefined,
  ],
  [
    'sets within every limit',
    'marks=1-9\ninterfaces=eth0\nranges=192.168.0.0/16\ntargets=MARK MASQUERADE\n',
    withSets(1),
    undefined,
  ],
  [
    'nftables as it is rendered, within every limit',
    'marks=1-2\ninterfaces=eth0\nranges=192.168.0.0/23\ntargets=MARK MASQUERADE LOG\n',
    RENDERED,
    undefined,
  ],
  [
    'a span of nftables that leaves its range',
    'ranges=192.168.0.4/30 192.168.0.0/30 192.168.1.0/24\n',
    { ...RENDERED, 'intent/routes': '' },
    'policy does not allow range 192.168.0.3-192.168.0.9',
  ],
  [
    'nftables within every limit',
    'marks=1-9\ninterfaces=eth0\nranges=192.168.0.0/16\ntargets=MARK MASQUERADE ACCEPT\n',
    withNftables(1),
    undefined,
  ],
  [
    'IPv6 within every limit',
    'marks=1-9\ninterfaces=eth0\nranges=192.168.0.0/16 2001:db8::/32\ntargets=MARK MASQUERADE\n',
    withIpv6(1),
    undefined,
  ],
];

describe.each(['dash', 'busybox sh'])('check under %s', (shell) => {
  let box: Sandbox;
  let serial = 0;
  beforeAll(async () => {
    box = await openSandbox({ shell, realKeepalived: true });
  });
  afterEach(() => {
    rmSync(`${box.root}/etc/lvs-console/policy`, { force: true });
  });
  afterAll(() => {
    box.close();
  });

  async function check(change: Change) {
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

  it.each(ACCEPTED)('accepts %s, and changes nothing', async (_, change) => {
    const before = await box.picture();
    expect(await check(change)).toMatchObject({ code: 0, stderr: '', state: 'checked' });
    expect(await box.picture()).toBe(before);
  });

  it.each(POLICY)('obeys the policy: %s', async (_, policy, change, words) => {
    writeFileSync(`${box.root}/etc/lvs-console/policy`, policy);
    const outcome = await check(change);
    if (words === undefined) expect(outcome).toMatchObject({ code: 0, stderr: '' });
    else expect(outcome).toMatchObject({ code: 12, stderr: expect.stringContaining(words) as string });
  });

  it('refuses a set whose type in the kernel is another one', async () => {
    await box.run(['ipset', 'create', 'lvs-console-web', 'hash:net']);
    expect(await check(withSets(1))).toMatchObject({
      code: 12,
      stderr: expect.stringContaining('set lvs-console-web is of type hash:net inet in the kernel') as string,
    });
    await box.run(['ipset', 'destroy', 'lvs-console-web']);
  });
});
