import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import type { MatchDocument } from '../core/document';
import { markRulesOf } from './mark-rules';
import { printMarkRule, quoted } from './print-mark-rule';
import { seedWith } from './test-cases';

function rulesFor(...matches: Partial<MatchDocument>[]): string[] {
  const [group] = seedDocument().groups;
  const all = matches.map((match) => ({ range: 'services', protocol: 'any' as const, ...match }));
  const topology = seedWith({ groups: [{ ...group!, name: 'web', mark: 26, matches: all }] });
  return markRulesOf(topology, topology.directors[0]!, 4).map(printMarkRule);
}
const tail = '-m comment --comment "lvs:web" -j MARK --set-xmark 0x1a/0xffffffff';
const rule = (match: string) => `-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 ${match}${tail}`;
const icmpErrors = [3, 11, 12].map((type) => rule(`-p icmp -m icmp --icmp-type ${type} `));

describe('the mark rules', () => {
  it('mark every packet of a range for protocol any, ICMP errors among them', () => {
    expect(rulesFor({})).toEqual([rule('')]);
  });

  it.each([
    ['all ports of one protocol', { protocol: 'udp' as const }, ['-p udp ']],
    ['one port', { protocol: 'tcp' as const, ports: [80] }, ['-p tcp -m tcp --dport 80 ']],
    ['one port range', { protocol: 'sctp' as const, ports: ['80-90'] }, ['-p sctp -m sctp --dport 80:90 ']],
    ['several ports', { protocol: 'tcp' as const, ports: [443, 80] }, ['-p tcp -m multiport --dports 80,443 ']],
    [
      'fifteen ports',
      { protocol: 'tcp' as const, ports: odd(15) },
      [`-p tcp -m multiport --dports ${odd(15).join(',')} `],
    ],
    [
      'sixteen ports, the last one alone',
      { protocol: 'tcp' as const, ports: odd(16) },
      [`-p tcp -m multiport --dports ${odd(15).join(',')} `, '-p tcp -m tcp --dport 31 '],
    ],
    [
      'fourteen ports and a range, which takes two places',
      { protocol: 'tcp' as const, ports: [...odd(14), '100-200'] },
      [`-p tcp -m multiport --dports ${odd(14).join(',')} `, '-p tcp -m tcp --dport 100:200 '],
    ],
  ])('print %s, then the ICMP errors of the range', (_name, match, expected) => {
    expect(rulesFor(match)).toEqual([...expected.map(rule), ...icmpErrors]);
  });

  it('mark the ICMP errors of a range once, however many matches name it', () => {
    const rules = rulesFor({ protocol: 'tcp', ports: [53] }, { protocol: 'udp', ports: [53] });
    expect(rules.filter((each) => each.includes('icmp'))).toEqual(icmpErrors);
  });

  it('leave the ICMP rules out where protocol any marks them already', () => {
    expect(rulesFor({ protocol: 'tcp', ports: [80] }, {}).some((each) => each.includes('icmp'))).toBe(false);
  });
});

describe('the mark rules of conditions and of IPv6', () => {
  const lines = (match: Partial<MatchDocument>, addresses = '2001:db8:1::/64') => {
    const [group] = seedDocument().groups;
    const all = [{ range: 'services', protocol: 'any' as const, ...match }];
    const ranges = [{ name: 'services', addresses }];
    const topology = seedWith({ ranges, groups: [{ ...group!, name: 'web', mark: 26, matches: all }] });
    const family = addresses.includes(':') ? 6 : 4;
    return markRulesOf(topology, topology.directors[0]!, family).map(printMarkRule);
  };

  it('mark the four ICMPv6 errors beside a protocol', () => {
    const of = (match: string) => `-A LVS-CONSOLE -d 2001:db8:1::/64 -i eth0 ${match}${tail}`;
    expect(lines({ protocol: 'udp' })).toEqual([
      of('-p udp '),
      ...[1, 2, 3, 4].map((type) => of(`-p ipv6-icmp -m icmp6 --icmpv6-type ${type} `)),
    ]);
  });

  it('name each prefix of a source, but not for ICMP errors, which routers on the way send', () => {
    expect(lines({ source: '203.0.113.0-203.0.113.2' }, '192.168.0.0/24')).toEqual([
      `-A LVS-CONSOLE -s 203.0.113.0/31 -d 192.168.0.0/24 -i eth0 ${tail}`,
      `-A LVS-CONSOLE -s 203.0.113.2/32 -d 192.168.0.0/24 -i eth0 ${tail}`,
      ...icmpErrors,
    ]);
  });

  it('look at the interface of the match', () => {
    expect(lines({ interface: 'eth1' }, '192.168.0.0/24')).toEqual([
      `-A LVS-CONSOLE -d 192.168.0.0/24 -i eth1 ${tail}`,
    ]);
  });

  it('leave the whole of IPv6 out of the rule, as ip6tables-save does', () => {
    expect(lines({}, '::/0')).toEqual([`-A LVS-CONSOLE -i eth0 ${tail}`]);
  });
});

it.each([
  ['lvs-console', 'lvs-console'],
  ['lvs:web', '"lvs:web"'],
  ['a b', '"a b"'],
  ['a"b\\c\'d', '"a\\"b\\\\c\\\'d"'],
])('quotes %s as iptables-save does', (text, printed) => {
  expect(quoted(text)).toBe(printed);
});

function odd(count: number): number[] {
  return Array.from({ length: count }, (_, at) => 2 * at + 1);
}
