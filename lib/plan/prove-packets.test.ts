// Every topology of the golden sets, read back as its own kernel would say it, is proven; one rule or entry less is found, with a packet.
import { describe, expect, it } from 'vitest';
import type { KernelIntent } from '../core/kernel-state';
import type { MarkMap } from '../parse/mark-map';
import type { NftRule } from '../parse/nftables-table';
import { kernelIntentOf } from '../render/kernel-intent';
import { emptyHost } from './test-observed';
import type { ObservedHost } from './observed-host';
import { foreignBefore, provePackets } from './prove-packets';
import { goldenTopologies as topologies, observedOf } from './test-kernel';

const cases = topologies.flatMap(([name, topology]) =>
  topology.directors.map((director) => ({ name, topology, director })),
);

describe('provePackets', () => {
  it('has all the golden topologies', () => {
    expect(topologies.length).toBeGreaterThanOrEqual(40);
  });

  it.each(cases)('proves $name on $director.name', ({ topology, director }) => {
    const observed = observedOf(kernelIntentOf(topology, director).always);
    expect(provePackets(topology, director.name, observed)).toMatchObject({ outcome: 'proven' });
    expect(foreignBefore(observed)).toEqual([]);
  });

  it.each(cases)('finds what is missing of $name on $director.name', ({ topology, director }) => {
    const { always } = kernelIntentOf(topology, director);
    const all = [...withoutOne(always).map(observedOf), ...withoutOneOfNft(observedOf(always))];
    expect(all).not.toEqual([]);
    for (const broken of all) {
      const proof = provePackets(topology, director.name, broken);
      expect(proof.outcome).toBe('differs');
      if (proof.outcome === 'differs')
        expect(proof.sentences[0]).toMatch(/ gets (no mark|mark \d+) here, wanted mark \d+\.$/);
    }
  });

  it('says another mark, and a packet that nobody should mark', () => {
    const [name, topology] = topologies.find(([each]) => each.startsWith('heartbeat-masq-iptables-v4')) ?? [];
    const director = topology?.directors[0];
    if (!topology || !director) throw new Error(`no plain topology: ${name ?? ''}`);
    const { always } = kernelIntentOf(topology, director);
    const editRules = (edit: (rules: string[]) => string[]) =>
      observedOf({
        ...always,
        chains: always.chains.map((chain) =>
          chain.table === 'mangle' ? { ...chain, rules: edit(chain.rules) } : chain,
        ),
      });
    const marked = editRules((rules) => rules.map((rule) => rule.replace('0x1/', '0x77/')));
    expect(provePackets(topology, director.name, marked)).toMatchObject({
      outcome: 'differs',
      sentences: [expect.stringContaining('gets mark 119 here, wanted mark 1.') as string],
    });
    const more = editRules((rules) => [
      ...rules,
      `-A LVS-CONSOLE -d 198.51.100.0/24 -i ${director.external.interface} -m comment --comment "lvs:x" -j MARK --set-xmark 0x9/0xffffffff`,
    ]);
    expect(provePackets(topology, director.name, more)).toMatchObject({
      outcome: 'differs',
      sentences: [expect.stringMatching(/198\.51\.100\.0:\d+ .*gets mark 9 here, wanted no mark\./) as string],
    });
    const strange = editRules((rules) => [...rules, '-A LVS-CONSOLE -p tcp -m tcp --dport 9 -j RETURN']);
    expect(provePackets(topology, director.name, strange)).toMatchObject({ outcome: 'unknown' });
  });
});

describe('foreignBefore', () => {
  const tableOf = (...rules: string[]) => [
    { name: 'mangle', chains: [], rules: rules.map((text, at) => ({ chain: 'PREROUTING', text, line: at + 1 })) },
  ];
  const jump = '-A PREROUTING -m comment --comment lvs-console -j LVS-CONSOLE';

  it.each([
    ['an ACCEPT before the jump', ['-A PREROUTING -i eth0 -j ACCEPT', jump], 1],
    ['a MARK after the jump', [jump, '-A PREROUTING -s 192.0.2.0/24 -j MARK --set-xmark 0x4/0xffffffff'], 1],
    ['a DROP after the jump', [jump, '-A PREROUTING -s 192.0.2.0/24 -j DROP'], 1],
    ['a chain of somebody else', ['-A PREROUTING -j CALICO', jump], 1],
    ['what only writes a log', ['-A PREROUTING -j LOG --log-prefix "x"', jump], 0],
    ['a rule without a target', ['-A PREROUTING -p tcp', jump], 0],
    ['what saves a mark', [jump, '-A PREROUTING -j CONNMARK --save-mark --nfmask 0xffffffff --ctmask 0xffffffff'], 0],
    ['what brings a mark back', [jump, '-A PREROUTING -j CONNMARK --restore-mark --nfmask 0xffffffff'], 1],
  ])('tells of %s', (_what, rules, count) => {
    expect(foreignBefore({ ...emptyHost(), firewall: tableOf(...rules) })).toHaveLength(count);
  });
});

/** The same kernel without one mark rule, one set entry, or one line of a map: a few of each, at both ends. */
function withoutOne(always: KernelIntent['always']): KernelIntent['always'][] {
  const [chain] = always.chains.filter(({ table, rules }) => table === 'mangle' && rules.some(isWhole));
  const rule = chain?.rules.find(isWhole);
  const [set] = always.sets;
  return [
    ...(chain && rule !== undefined
      ? [
          {
            ...always,
            chains: always.chains.map((each) =>
              each === chain ? { ...each, rules: each.rules.filter((other) => other !== rule) } : each,
            ),
          },
        ]
      : []),
    ...(set
      ? [
          {
            ...always,
            sets: always.sets.map((each) => (each === set ? { ...each, entries: each.entries.slice(1) } : each)),
          },
        ]
      : []),
  ];
}

/** The own nftables table without its first rule that marks, or without the first line of its first map. */
function withoutOneOfNft(observed: ObservedHost): ObservedHost[] {
  const { nftables } = observed;
  if (!nftables) return [];
  const [map] = nftables.maps;
  const isMark = ({ action, packets }: NftRule) => action.do === 'mark' && packets.protocol !== 'icmp';
  const rule = nftables.chains.flatMap(({ rules }) => rules).find(isMark);
  const chains = nftables.chains.map((chain) => ({ ...chain, rules: chain.rules.filter((each) => each !== rule) }));
  const maps = nftables.maps.map((each) => (each === map ? withoutFirst(each) : each));
  return [
    ...(rule ? [{ ...observed, nftables: { ...nftables, chains } }] : []),
    ...(map ? [{ ...observed, nftables: { ...nftables, maps } }] : []),
  ];
}

function withoutFirst(map: MarkMap): MarkMap {
  return Object.fromEntries(
    Object.entries(map).map(([key, value]) => [key, Array.isArray(value) ? value.slice(1) : value]),
  ) as MarkMap;
}

/** Without ICMP errors, which follow a connection, and without rules that a later one overrides. */
function isWhole(rule: string): boolean {
  return / -j (MARK|SET)/.test(rule) && !/icmp/.test(rule);
}
