import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import { kernelIntentOf } from './kernel-intent';
import { mergeSysconfigIptables } from './merge-sysconfig-iptables';
import { seedWith } from './test-cases';

const topology = seedWith();
const { always } = kernelIntentOf(topology, topology.directors[0]!);
const gate = seedWith({ pools: seedDocument().pools.map((pool) => ({ ...pool, forwarding: 'gate' as const })) });
const merge = (text: string, wanted = always) => {
  const merged = mergeSysconfigIptables(text, wanted);
  return merged.ok ? merged.value : `refused: ${merged.problem}`;
};

describe('mergeSysconfigIptables', () => {
  it.each([
    ['a table that never ends', '*nat\n:PREROUTING ACCEPT [0:0]\n', 'table nat has no COMMIT'],
    ['a table inside another one', '*nat\n*mangle\nCOMMIT\n', 'table nat has no COMMIT before line 2'],
    ['a COMMIT without a table', 'COMMIT\n', 'COMMIT in line 1 ends no table'],
    [
      'a COMMIT behind lines of ours',
      '*mangle\n:LVS-CONSOLE - [0:0]\n-A LVS-CONSOLE -j RETURN\nCOMMIT\nCOMMIT\n',
      'COMMIT in line 5 ends no table',
    ],
    ['a table twice', '*mangle\nCOMMIT\n*mangle\nCOMMIT\n', 'table mangle is there twice'],
  ])('refuses %s', (_name, text, why) => {
    expect(merge(text)).toBe(`refused: ${why}`);
  });

  it('takes back what an earlier release had and this one does not: masquerading, when masq becomes gate', () => {
    const { always: wanted } = kernelIntentOf(gate, gate.directors[0]!);
    const foreign = '*nat\n:POSTROUTING ACCEPT [0:0]\n-A POSTROUTING -s 10.9.0.0/16 -j MASQUERADE\nCOMMIT\n';
    expect(merge(foreign)).toContain('LVS-CONSOLE-NAT');
    expect(merge(merge(foreign), wanted)).toBe(merge(foreign, wanted));
    expect(merge(foreign, wanted)).not.toContain('LVS-CONSOLE-NAT');
    expect(merge(merge(foreign, wanted))).toBe(merge(foreign));
  });

  it('keeps a chain whose name only begins like ours, and jumps of others', () => {
    const foreign =
      '*nat\n:LVS-CONSOLE-NATIVE - [0:0]\n-A LVS-CONSOLE-NATIVE -j ACCEPT\n-A POSTROUTING -j LVS-CONSOLE-NATIVE\nCOMMIT\n';
    for (const line of foreign.trimEnd().split('\n')) expect(merge(foreign).split('\n')).toContain(line);
  });
});

const foreignLine = fc.constantFrom(
  '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT',
  '[5:300] -A FORWARD -m comment --comment "x y" -j DROP',
  '# a note',
  '-A PREROUTING -j OTHER',
  '',
);
const section = fc
  .record({ table: fc.constantFrom('filter', 'nat', 'mangle', 'raw'), lines: fc.array(foreignLine, { maxLength: 6 }) })
  .map(({ table, lines }) => ({ table, text: [`*${table}`, ':INPUT ACCEPT [1:2]', ...lines, 'COMMIT'].join('\n') }));
const file = fc
  .tuple(fc.uniqueArray(section, { selector: ({ table }) => table }), fc.boolean())
  .map(([sections, endsWell]) => sections.map(({ text }) => text).join('\n') + (endsWell ? '\n' : ''));

describe('whatever the host has in the file,', () => {
  it('every foreign line stays, byte for byte and in its order', () => {
    fc.assert(
      fc.property(file, (text) => {
        const rest = merge(text).split('\n');
        for (const line of text.split('\n').filter((each) => each !== '')) {
          const at = rest.indexOf(line);
          expect(at).toBeGreaterThanOrEqual(0);
          rest.splice(0, at + 1);
        }
      }),
    );
  });

  it('a release without masquerading leaves what it would have left without the one before', () => {
    const { always: wanted } = kernelIntentOf(gate, gate.directors[0]!);
    const isSaid = (line: string) =>
      line !== '' && line !== '*nat' && line !== 'COMMIT' && !/^:[A-Z]+ ACCEPT/.test(line);
    const saidIn = (text: string) => text.split('\n').filter(isSaid);
    fc.assert(
      fc.property(file, (text) => {
        expect(saidIn(merge(merge(text), wanted)).toSorted()).toEqual(saidIn(merge(text, wanted)).toSorted());
      }),
    );
  });

  it('merging again changes nothing', () => {
    fc.assert(
      fc.property(file, (text) => {
        expect(merge(merge(text))).toBe(merge(text));
      }),
    );
  });
});
