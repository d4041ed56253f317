// The owned table read from our own text and from what nft 1.0.6 printed; anything that is not ours is said with its line.
import { describe, expect, it } from 'vitest';
import { sortedMap } from './mark-map';
import { parseNftablesJson } from './nftables-json';
import { isSameNftTable, type NftTable } from './nftables-table';
import { parseNftablesText } from './nftables-text';

const RULE = 'iifname "eth0" ip daddr 10.0.0.0/8 tcp dport { 80, 443-450 } meta mark set 0x00000002 comment "lvs:web"';
const table = (...parts: string[]) =>
  `table inet lvs-console\ndelete table inet lvs-console\ntable inet lvs-console {\n${parts.join('')}}\n`;
const map = (name: string, type: string, ...elements: string[]) =>
  `\tmap ${name} {\n\t\ttype ${type} : mark\n\t\tflags interval\n\t\telements = {\n\t\t\t${elements.join(',\n\t\t\t')}\n\t\t}\n\t}\n`;
const chain = (...rules: string[]) =>
  `\tchain prerouting {\n\t\ttype filter hook prerouting priority mangle; policy accept;\n${rules.map((rule) => `\t\t${rule}\n`).join('')}\t}\n`;
const saddr = (values: string) => `iifname "eth0" ip saddr ${values} meta mark set 0x1`;
const read = (text: string): NftTable => {
  const { value, diagnostics } = parseNftablesText(text);
  expect(diagnostics).toEqual([]);
  return value;
};

describe('parseNftablesText', () => {
  it('reads every kind of element into columns', () => {
    const elements = ['10.0.0.0/30 : 0x00000001', '10.0.0.4 : 0x0000002a', '10.0.0.9-10.0.0.12 : 0x7fffffff'];
    const [v4, v6, ports] = read(
      table(
        map('v4', 'ipv4_addr', ...elements),
        map('v6', 'ipv6_addr', '2001:db8::/64 : 0x1', '2001:db8:1::1-2001:db8:1::9 : 0x2'),
        map(
          'p',
          'ipv4_addr . inet_proto . inet_service',
          '10.0.0.0/30 . tcp . 80-83 : 0x5',
          '10.0.0.4 . udp . 53 : 0x6',
        ),
      ),
    ).maps;
    expect(v4).toMatchObject({
      firsts: [0x0a000000, 0x0a000004, 0x0a000009],
      lasts: [0x0a000003, 0x0a000004, 0x0a00000c],
      marks: [1, 42, 0x7fffffff],
    });
    expect(v6).toMatchObject({
      family: 6,
      marks: [1, 2],
      lasts: [0x20010db800000000ffffffffffffffffn, 0x20010db8000100000000000000000009n],
    });
    expect(ports).toMatchObject({
      protocols: ['tcp', 'udp'],
      firstPorts: [80, 53],
      lastPorts: [83, 53],
      marks: [5, 6],
    });
  });

  it('reads elements as nft lists them, several beside each other', () => {
    const text = `table inet lvs-console {\n\tmap v4 {\n\t\ttype ipv4_addr : mark\n\t\tflags interval\n\t\telements = { 10.0.0.0/30 : 0x00000001, 10.0.0.4 : 0x00000002,\n\t\t\t     10.0.0.8 : 0x00000003 }\n\t}\n}\n`;
    expect(read(text).maps[0]).toMatchObject({ firsts: [0x0a000000, 0x0a000004, 0x0a000008], marks: [1, 2, 3] });
  });

  it.each([
    ['a mark', RULE, { action: { do: 'mark', mark: 2 }, comment: 'lvs:web', in: 'eth0', family: 4 }],
    [
      'a look-up by address and port',
      'iifname "eth0" meta mark set ip6 daddr . meta l4proto . th dport map @v6-ports-1 comment "lvs-console"',
      { action: { do: 'look-up', map: 'v6-ports-1', by: 'address-port' }, family: 6 },
    ],
    [
      'ICMP errors',
      'iifname "eth0" icmp type { destination-unreachable, time-exceeded, parameter-problem } meta mark set 0x1 comment "lvs:a"',
      { packets: { protocol: 'icmp' }, family: 4 },
    ],
    [
      'masquerading',
      'oifname "eth0" ip saddr 192.168.6.0/24 ip daddr != 192.168.6.0/24 masquerade comment "lvs-console"',
      { action: { do: 'masquerade' }, out: 'eth0' },
    ],
    [
      'the log',
      'limit rate 10/second burst 20 packets log prefix "lvs-console: "',
      { action: { do: 'log', prefix: 'lvs-console: ', perSecond: 10, burst: 20 } },
    ],
  ])('reads the rule of %s', (_name, rule, expected) => {
    expect(read(table(chain(rule))).chains[0]?.rules[0]).toMatchObject(expected);
  });

  it.each([
    ['another table', 'table inet filter {\n}\n', 1],
    ['a set', table('\tset s {\n\t}\n'), 4],
    ['a hook elsewhere', table(chain().replace('priority mangle', 'priority raw')), 5],
    ['a verdict', table(chain('iifname "eth0" drop')), 6],
    ['a rule that does nothing', table(chain('iifname "eth0" ip daddr 10.0.0.1')), 6],
    ['host bits', table(chain(RULE.replace('10.0.0.0/8', '10.0.0.1/8'))), 6],
    ['ICMP types that are not the errors', table(chain('icmp type { echo-request } meta mark set 0x1')), 6],
    ['a source that it cannot read', table(chain(saddr('{ 10.0.0.0/8, 192.0.2.1 comment "x" }'))), 6],
    ['a source with host bits beside one without', table(chain(saddr('{ 10.0.0.0/8, 10.9.9.9/8 }'))), 6],
    ['another destination', table(chain(RULE.replace('tcp', 'ip daddr 10.1.0.0/16 tcp'))), 6],
    ['another interface', table(chain(`iifname "eth1" ${RULE}`)), 6],
    ['another protocol', table(chain(RULE.replace('meta', 'udp dport 53 meta'))), 6],
    ['the other family', table(chain(RULE.replace('tcp', 'ip6 saddr 2001:db8::/64 tcp'))), 6],
    ['another mark', table(chain(RULE.replace('comment', 'meta mark set 0x00000001 comment'))), 6],
    ['a condition behind the mark', table(chain(`${RULE} ip saddr 10.0.0.0/8`)), 6],
    ['a verdict behind the log', table(chain('limit rate 1/second burst 2 packets log prefix "x" drop')), 6],
    ['an element with host bits', table(map('m', 'ipv4_addr', '10.0.0.0/30 : 0x1', '10.0.0.1/30 : 0x1')), 9],
    ['an element without a mark', table(map('m', 'ipv4_addr', '10.0.0.0/30 : 0x1', '10.0.0.8', '10.0.0.9 : 0x1')), 9],
    ['a mark of 0', table(map('m', 'ipv4_addr', '10.0.0.0/30 : 0x0')), 8],
    ['an IPv6 element in a map of IPv4', table(map('m', 'ipv4_addr', '2001:db8::1 : 0x1')), 8],
  ])('says %s, with the line', (_name, text, line) => {
    const { diagnostics } = parseNftablesText(text);
    expect(diagnostics[0]).toMatchObject({ code: 'nftables.unreadable', line });
  });

  it('says that a text is cut off', () => {
    const whole = table(map('m', 'ipv4_addr', '10.0.0.0/30 : 0x1'), chain(RULE));
    for (let length = 1; length < whole.length - 2; length += 7) {
      const cut = parseNftablesText(whole.slice(0, length));
      if (whole.slice(0, length).includes('{')) expect(cut.diagnostics).not.toEqual([]);
    }
  });
});

const listed = (...objects: object[]) =>
  JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { table: { family: 'inet', name: 'lvs-console', handle: 3 } },
      ...objects,
    ],
  });
const own = { family: 'inet', table: 'lvs-console' };
const CHAIN = {
  chain: { ...own, name: 'prerouting', handle: 1, type: 'filter', hook: 'prerouting', prio: -150, policy: 'accept' },
};
const iif = { match: { op: '==', left: { meta: { key: 'iifname' } }, right: 'eth0' } };
const MAP = {
  map: {
    ...own,
    ...{ name: 'm', type: 'ipv4_addr', handle: 2, map: 'mark', flags: ['interval'] },
    elem: [
      [{ range: ['10.0.0.9', '10.0.0.12'] }, 3],
      [{ prefix: { addr: '10.0.0.0', len: 30 } }, 1],
      ['10.0.0.4', 2],
    ],
  },
};

const matched = (protocol: string, field: string, right: unknown) => ({
  match: { op: '==', left: { payload: { protocol, field } }, right },
});
const saddrJson = (set: unknown[]) => matched('ip', 'saddr', { set });
const daddr = (len: number) => matched('ip', 'daddr', { prefix: { addr: '192.0.2.0', len } });
const ports = (set: unknown[]) => matched('tcp', 'dport', { set });
const mark = (value: number) => ({ mangle: { key: { meta: { key: 'mark' } }, value } });
const ruleOf = (...expr: unknown[]) => listed(CHAIN, { rule: { ...own, chain: 'prerouting', expr: [iif, ...expr] } });

describe('parseNftablesJson', () => {
  it('gives the same table as the text, whatever the order of elements', () => {
    const rule = {
      rule: {
        ...own,
        chain: 'prerouting',
        comment: 'lvs-console',
        expr: [
          iif,
          {
            match: {
              op: '==',
              left: { payload: { protocol: 'tcp', field: 'dport' } },
              right: { set: [80, { range: [443, 450] }] },
            },
          },
          {
            mangle: {
              key: { meta: { key: 'mark' } },
              value: { map: { key: { payload: { protocol: 'ip', field: 'daddr' } }, data: '@m' } },
            },
          },
        ],
      },
    };
    const { value, diagnostics } = parseNftablesJson(listed(MAP, CHAIN, rule));
    expect(diagnostics).toEqual([]);
    const text = table(
      map('m', 'ipv4_addr', '10.0.0.0/30 : 0x1', '10.0.0.4 : 0x2', '10.0.0.9-10.0.0.12 : 0x3'),
      chain('iifname "eth0" tcp dport { 80, 443-450 } meta mark set ip daddr map @m comment "lvs-console"'),
    );
    expect(value.chains).toEqual(read(text).chains);
    expect(isSameNftTable(value, read(text))).toBe(true);
    expect(isSameNftTable(value, read(text.replace('0x2', '0x4')))).toBe(false);
    expect(isSameNftTable(value, read(text.replace('{ 80,', '{ 81,')))).toBe(false);
  });

  it.each([
    ['no JSON', 'nft: no such table'],
    ['other JSON', '[]'],
    ['a foreign table', listed({ table: { family: 'ip', name: 'nat' } })],
    ['a chain that hangs elsewhere', listed({ chain: { ...CHAIN.chain, prio: 0 } })],
    ['a chain that drops', listed({ chain: { ...CHAIN.chain, policy: 'drop' } })],
    ['a rule before its chain', listed({ rule: { ...own, chain: 'prerouting', expr: [iif] } })],
    ['a verdict', listed(CHAIN, { rule: { ...own, chain: 'prerouting', expr: [iif, { drop: null }] } })],
    ['a source with a comment', ruleOf(saddrJson(['10.0.0.0', { elem: { val: '192.0.2.1', comment: 'x' } }]), mark(1))],
    ['a port of a kind that it does not know', ruleOf(ports([80, { elem: { val: 443, timeout: 60 } }]), mark(1))],
    ['another destination', ruleOf(daddr(24), daddr(25), mark(1))],
    ['another port', ruleOf(ports([80]), ports([81]), mark(1))],
    ['another mark', ruleOf(daddr(24), mark(1), mark(2))],
    [
      'a limit from below',
      ruleOf({ limit: { rate: 1, burst: 2, per: 'second', inv: true } }, { log: { prefix: 'x' } }),
    ],
    ['a log for a group', ruleOf({ limit: { rate: 1, burst: 2, per: 'second' } }, { log: { prefix: 'x', group: 1 } })],
    ['masquerading with flags', ruleOf(daddr(24), { masquerade: { flags: 'random' } })],
    ['a table that sleeps', listed({ table: { family: 'inet', name: 'lvs-console', flags: ['dormant'] } })],
    ['a set', listed({ set: { ...own, name: 's', type: 'ipv4_addr' } })],
    ['a map of verdicts', listed({ map: { ...MAP.map, map: 'verdict' } })],
    ['an element without a mark', listed({ map: { ...MAP.map, elem: ['10.0.0.1'] } })],
  ])('says %s', (_name, text) => {
    expect(parseNftablesJson(text).diagnostics).toMatchObject([{ code: 'nftables.unreadable', severity: 'error' }]);
  });
});

it('sorts boxes by address, protocol and port', () => {
  const [unsorted, sorted] = [
    ['10.0.0.4 . udp . 53', '10.0.0.0 . udp . 53', '10.0.0.0 . tcp . 443', '10.0.0.0 . tcp . 80'],
    ['10.0.0.0 . tcp . 80', '10.0.0.0 . tcp . 443', '10.0.0.0 . udp . 53', '10.0.0.4 . udp . 53'],
  ].map(
    (keys) =>
      read(table(map('m', 'ipv4_addr . inet_proto . inet_service', ...keys.map((key) => `${key} : 0x1`)))).maps[0]!,
  );
  expect(sortedMap(unsorted!)).toEqual(sorted);
});
