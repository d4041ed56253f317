// Sets as ipset 7.17 saves them, and the mark maps that ours are.
import { describe, expect, it } from 'vitest';
import { parseIpSetMap, parseIpSetMaps, parseIpSetSave } from './ip-set-save';
import { haveSameEntries } from './mark-map';

const SAVED = `create lvs-console-v4-tcp-1 hash:net family inet hashsize 1024 maxelem 1048576 skbinfo bucketsize 12 initval 0x91e1e834
add lvs-console-v4-tcp-1 10.0.0.0/30 skbmark 0x1/0xffffffff
add lvs-console-v4-tcp-1 10.0.0.4 skbmark 0x1
add lvs-console-v4-tcp-1 10.0.0.5 skbmark 0x2
create fail2ban hash:ip family inet6 hashsize 1024 maxelem 65536 timeout 600
add fail2ban 2001:db8::1 timeout 17
`;
const own = (...entries: string[]) =>
  `create lvs-console-a hash:net family inet maxelem 1048576 skbinfo\n${entries.map((entry) => `add lvs-console-a ${entry}\n`).join('')}`;

describe('parseIpSetSave', () => {
  it('leaves out what the kernel chooses, and the mask of whole marks', () => {
    const { value, diagnostics } = parseIpSetSave(SAVED);
    expect(diagnostics).toEqual([]);
    expect(value).toEqual([
      {
        name: 'lvs-console-v4-tcp-1',
        type: 'hash:net',
        options: 'family inet maxelem 1048576 skbinfo',
        entries: ['10.0.0.0/30 skbmark 0x1', '10.0.0.4 skbmark 0x1', '10.0.0.5 skbmark 0x2'],
      },
      {
        name: 'fail2ban',
        type: 'hash:ip',
        options: 'family inet6 maxelem 65536 timeout 600',
        entries: ['2001:db8::1 timeout 17'],
      },
    ]);
  });

  it.each([
    ['an entry of a set that is not there', 'add lvs-console-b 10.0.0.1\n', 1],
    ['a set twice', 'create a hash:net family inet\ncreate a hash:net family inet\n', 2],
    ['another command', `${own()}flush lvs-console-a\n`, 2],
    ['an entry cut off', `${own()}add lvs-console-a\n`, 2],
  ])('says %s, with its line', (_name, text, line) => {
    expect(parseIpSetSave(text).diagnostics).toMatchObject([{ code: 'ipset-save.unreadable', line }]);
  });
});

describe('parseIpSetMap', () => {
  it('puts touching entries of one mark together', () => {
    const { value, diagnostics } = parseIpSetMap(parseIpSetSave(SAVED).value[0]!);
    expect(diagnostics).toEqual([]);
    expect(value).toMatchObject({ firsts: [0x0a000000, 0x0a000005], lasts: [0x0a000004, 0x0a000005], marks: [1, 2] });
  });

  it('puts the ports of one prefix together', () => {
    const entries = [80, 81, 82].map((port) => `2001:db8::/64,tcp:${port} skbmark 0x7`);
    const set = { name: 'lvs-console-p', type: 'hash:net,port', options: 'family inet6 skbinfo', entries };
    expect(parseIpSetMap(set).value).toMatchObject({
      family: 6,
      firstPorts: [80],
      lastPorts: [82],
      protocols: ['tcp'],
    });
  });

  it.each([
    '10.0.0.1',
    '10.0.0.1 skbmark 0x1/0xff',
    '10.0.0.1/8 skbmark 0x1',
    '2001:db8::1 skbmark 0x1',
    '10.0.0.1 skbmark 0x0',
  ])('says that %s is no entry of ours, in both ways of reading', (entry) => {
    const [set] = parseIpSetSave(own(entry)).value;
    expect(parseIpSetMap(set!).diagnostics).toMatchObject([{ code: 'ipset-save.unreadable' }]);
    expect(parseIpSetMaps(own('10.0.0.1 skbmark 0x1', entry)).diagnostics).toMatchObject([
      { code: 'ipset-save.unreadable' },
    ]);
  });

  it('gives the same map as the quick way, which stops where it does not understand', () => {
    const entries = [
      '10.0.0.0/30 skbmark 0x1',
      '10.0.0.4 skbmark 0x1',
      '10.0.0.8/31 skbmark 0x7fffffff',
      '0.0.0.0/1 skbmark 0x1',
    ];
    const { value, diagnostics } = parseIpSetMaps(own(...entries) + SAVED.split('\n').slice(0, 4).join('\n'));
    expect(diagnostics).toEqual([]);
    const slow = parseIpSetMap(parseIpSetSave(own(...entries)).value[0]!).value;
    expect(value).toHaveLength(2);
    expect(haveSameEntries(value[0]!, slow)).toBe(true);
  });
});
