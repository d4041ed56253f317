// Our own mark rules read back as the packets they take.
import { describe, expect, it } from 'vitest';
import { printInterval } from '../core/address';
import { parseMarkChain, parseMarkRules } from './rules-v4';
import { told } from './test-recorded';

const END = '-m comment --comment "lvs:web-ports" -j MARK --set-xmark 0x2/0xffffffff';
const table = (...rules: string[]) => ['*mangle', ':LVS-CONSOLE - [0:0]', ...rules, 'COMMIT', ''].join('\n');

describe('parseMarkRules', () => {
  it.each([
    ['-d 192.168.0.0/24 -i eth0', 'any', 'all', '192.168.0.0/24'],
    ['-d 192.168.0.7/32 -i eth0 -p udp', 'udp', 'all', '192.168.0.7'],
    ['-d 192.168.0.0/28 -i eth0 -p tcp -m tcp --dport 80', 'tcp', [{ first: 80, last: 80 }], '192.168.0.0/28'],
    [
      '-d 192.168.0.0/28 -i eth0 -p tcp -m tcp --dport 8000:8080',
      'tcp',
      [{ first: 8000, last: 8080 }],
      '192.168.0.0/28',
    ],
    [
      '-d 192.168.0.0/28 -i eth0 -p tcp -m multiport --dports 80,443,8000:8080',
      'tcp',
      [
        { first: 80, last: 80 },
        { first: 443, last: 443 },
        { first: 8000, last: 8080 },
      ],
      '192.168.0.0/28',
    ],
    ['-d 2001:db8::/64 -i eth0 -p sctp', 'sctp', 'all', '2001:db8::/64'],
  ])('reads %s', (match, protocol, ports, destination) => {
    const family = match.includes(':db8') ? 6 : 4;
    const { value, diagnostics } = parseMarkRules(table(`-A LVS-CONSOLE ${match} ${END}`), family);
    expect(diagnostics).toEqual([]);
    expect(value.map((rule) => ({ ...rule, destination: printInterval(rule.destination) }))).toEqual([
      { family, group: 'web-ports', mark: 2, interface: 'eth0', destination, protocol, ports, line: 3 },
    ]);
  });

  it('reads a source, and every address where no destination is named', () => {
    const { value } = parseMarkRules(table(`-A LVS-CONSOLE -s 203.0.113.0/25 -i eth0 ${END}`));
    expect(
      value.map(({ source, destination }) => [source && printInterval(source), printInterval(destination)]),
    ).toEqual([['203.0.113.0/25', '0.0.0.0/0']]);
  });

  it('reads a rule that asks a set, in its place among the others', () => {
    const tail = '-m comment --comment lvs-console -j SET --map-set lvs-console-v4-tcp-1 dst,dst --map-mark';
    const text = table(`-A LVS-CONSOLE -i eth0 -p tcp -m tcp --dport 80 ${tail}`, `-A LVS-CONSOLE -i eth0 ${END}`);
    const { value, diagnostics } = parseMarkChain(text);
    expect(diagnostics).toEqual([]);
    expect(value.map((rule) => ('set' in rule ? [rule.set, rule.directions, rule.protocol] : [rule.mark]))).toEqual([
      ['lvs-console-v4-tcp-1', 'dst,dst', 'tcp'],
      [2],
    ]);
  });

  it('reads the rule of an ICMP error, with counters as iptables-save -c prints them', () => {
    const rule = `[3:180] -A LVS-CONSOLE -d 192.168.0.0/28 -i eth0 -p icmp -m icmp --icmp-type 3 ${END}`;
    expect(parseMarkRules(table(rule)).value[0]).toMatchObject({ protocol: 'icmp', icmpType: 3, ports: 'all' });
  });

  it('leaves foreign chains and tables alone', () => {
    const foreign = '*nat\n-A LVS-CONSOLE -j ACCEPT\nCOMMIT\n*mangle\n-A PREROUTING -j LVS-CONSOLE\nCOMMIT\n';
    expect(parseMarkRules(foreign)).toEqual({ value: [], diagnostics: [] });
  });

  it.each([
    '-A LVS-CONSOLE -j RETURN',
    '-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -j MARK --set-xmark 0x2/0xffffffff',
    `-A LVS-CONSOLE -d 192.168.0.0/24 ${END}`,
    `-A LVS-CONSOLE -d 192.168.0.5/24 -i eth0 ${END}`,
    `-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -s 203.0.113.9/24 ${END}`,
    `-A LVS-CONSOLE -d 2001:db8::/64 -i eth0 ${END}`,
    `-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -m length --length 5 ${END}`,
    '-A LVS-CONSOLE -i eth0 -m comment --comment lvs-console -j SET --map-set lvs-console-a src --map-mark',
    '-A LVS-CONSOLE -i eth0 -m comment --comment lvs-console -j SET --add-set lvs-console-a dst',
    '-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -m comment --comment "lvs:web" -j MARK --set-xmark 0x2/0xff',
    '-A LVS-CONSOLE -d 192.168.0.0/24 -i eth0 -m comment --comment "other" -j MARK --set-xmark 0x2/0xffffffff',
  ])('tells that %s is not one of ours', (rule) => {
    const { value, diagnostics } = parseMarkRules(table(rule));
    expect(value).toEqual([]);
    expect(told(diagnostics)).toEqual(['3: mark-rules.unreadable']);
  });
});
