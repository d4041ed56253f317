// Random groups over a small universe, where nearly everything overlaps: for tests of what the rules do to each packet.
import fc from 'fast-check';
import type { GroupDocument, Protocol, RangeDocument } from '../core/document';
import { parseAddress, printAddress } from '../core/address';
import { invariant } from '../core/errors';
import { seedDocument } from '../core/seed';
import type { Family } from '../core/topology';
import { topologyOf } from './test-cases';

/** How many addresses, sources and ports there are; `kinds`: so many further port lists that no other match has. */
export type Universe = { addresses: number; sources: number; ports: number; kinds?: number };
export type RandomMatch = {
  addresses: readonly [number, number];
  protocol: Protocol;
  ports: (readonly [number, number])[] | undefined;
  source: readonly [number, number] | undefined;
  interface: string | undefined;
};

const pair = (max: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: max - 1 }), fc.integer({ min: 0, max: max - 1 }))
    .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as const);

export function randomGroups({ addresses, sources, ports, kinds = 0 }: Universe): fc.Arbitrary<RandomMatch[][]> {
  const portPair = pair(ports).map(([a, b]) => [a + 1, b + 1] as const);
  const match = fc.record({
    addresses: pair(addresses),
    protocol: fc.constantFrom<Protocol>('any', 'tcp', 'tcp', 'udp', 'sctp'),
    ports: fc.option(fc.array(portPair, { minLength: 1, maxLength: 3 }), { nil: undefined }),
    source: fc.option(pair(sources), { nil: undefined, freq: 3 }),
    interface: fc.option(fc.constantFrom('eth0', 'eth1'), { nil: undefined, freq: 2 }),
  });
  const groups = fc.array(fc.array(match, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 });
  return groups.map((all) => [
    ...all,
    ...Array.from({ length: kinds }, (_, at): RandomMatch[] => [
      {
        addresses: [0, 0],
        protocol: 'tcp',
        ports: [[1000 + 2 * at, 1000 + 2 * at]],
        source: undefined,
        interface: undefined,
      },
    ]),
  ]);
}

const BASES: Record<Family, { destination: string; source: string }> = {
  4: { destination: '192.168.0.3', source: '203.0.113.5' },
  6: { destination: '2001:db8:0:1::fffd', source: '2001:db8:ffff::5' },
};

/** The seed's pair with these groups, one mark each. */
export function markedTopology(groups: readonly (readonly RandomMatch[])[], family: Family) {
  const base = valueOf(BASES[family].destination);
  const sourceBase = valueOf(BASES[family].source);
  const at = (start: bigint, [first, last]: readonly [number, number]) =>
    `${printAddress(family, start + BigInt(first))}-${printAddress(family, start + BigInt(last))}`;
  const ranges: RangeDocument[] = groups.flatMap((matches, group) =>
    matches.map(({ addresses }, index) => ({ name: `r${group}-${index}`, addresses: at(base, addresses) })),
  );
  const topology = topologyOf({
    ...seedDocument(),
    ranges,
    groups: groups.map((matches, group): GroupDocument => ({
      ...seedGroup(),
      name: `g${group}`,
      mark: group + 1,
      matches: matches.map(({ protocol, ports, source, interface: device }, index) => ({
        range: `r${group}-${index}`,
        protocol,
        ...(ports && protocol !== 'any' && { ports: ports.map(([first, last]) => `${first}-${last}`) }),
        ...(source && { source: at(sourceBase, source) }),
        ...(device !== undefined && { interface: device }),
      })),
    })),
  });
  return { topology, base, sourceBase };
}

function seedGroup(): GroupDocument {
  const [group] = seedDocument().groups;
  invariant(group, 'the seed has a group');
  return group;
}

function valueOf(text: string): bigint {
  const read = parseAddress(text);
  invariant(read.ok, text);
  return read.value.value;
}
