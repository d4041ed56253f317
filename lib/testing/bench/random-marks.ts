// Random topologies and packets from a seed: ranges that overlap, and packets at and around their ends.
import { addressAt, parseAddress } from '@/lib/core/address';
import type { Firewall, GroupDocument, MatchDocument, RangeDocument } from '@/lib/core/document';
import { invariant } from '@/lib/core/errors';
import { resolveTopology } from '@/lib/core/resolve';
import { seedDocument } from '@/lib/core/seed';
import type { Family, Packet, Topology } from '@/lib/core/topology';

export type Random = {
  below: (limit: number) => number;
  pick: <T>(values: readonly T[]) => T;
  chance: (share: number) => boolean;
};

/** mulberry32: the same seed gives the same numbers everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number) => Math.floor(next() * limit);
  const pick = <T>(values: readonly T[]): T => {
    const value = values[below(values.length)];
    invariant(value !== undefined, 'something to pick from');
    return value;
  };
  return { below, pick, chance: (share) => next() < share };
}

export type RandomShape = {
  family: Family;
  firewall: Firewall;
  groups: number;
  /** Few: two lists of ports for all. Many: one of its own for most matches. */
  ports: 'few' | 'many';
  hasSources: boolean;
};

const BASE: Record<Family, string> = { 4: '10.20.0.0', 6: '2001:db8:1::' };
const SOURCES: Record<Family, string[]> = {
  4: ['203.0.113.0/25', '203.0.113.64-203.0.113.200'],
  6: ['2001:db8:ffff::/64', '2001:db8:ffff::8-2001:db8:ffff:0:2::'],
};
const FEW_PORTS: (number | string)[][] = [
  [80, '440-450'],
  ['1-1023', 8080],
];

export function randomTopology(random: Random, shape: RandomShape): Topology {
  const ranges: RangeDocument[] = [];
  const groups = Array.from({ length: shape.groups }, (_, at): GroupDocument => {
    const matches = Array.from({ length: 1 + random.below(3) }, () => {
      const name = `r${ranges.length}`;
      ranges.push({ name, addresses: randomRange(random, shape.family) });
      return randomMatch(random, shape, name);
    });
    return { ...baseGroup(), name: `g${at}`, mark: 1 + random.below(2 ** 31 - 1), matches };
  });
  const document = { ...seedDocument(), firewall: shape.firewall, ranges, groups };
  const { topology, diagnostics } = resolveTopology(document);
  invariant(topology, JSON.stringify(diagnostics));
  return topology;
}

function baseGroup(): GroupDocument {
  const [group] = seedDocument().groups;
  invariant(group, 'the seed has a group');
  return group;
}

/** Most are small and near each other; now and then one covers much. */
function randomRange(random: Random, family: Family): string {
  const size = random.pick([1, 2, 4, 7, 16, 33, 64, random.chance(0.1) ? 700 : 8]);
  const place = random.below(1024);
  const start = valueOf(BASE[family]) + BigInt(random.chance(0.6) ? place - (place % size) : place);
  return `${addressAt(family, start).text}-${addressAt(family, start + BigInt(size - 1)).text}`;
}

function randomMatch(random: Random, { family, ports, hasSources }: RandomShape, range: string): MatchDocument {
  const protocol = random.pick(['any', 'tcp', 'tcp', 'tcp', 'udp', 'sctp'] as const);
  const list = ports === 'few' ? random.pick(FEW_PORTS) : randomPorts(random);
  return {
    range,
    protocol,
    ...(protocol !== 'any' && random.chance(0.85) && { ports: list }),
    ...(hasSources && random.chance(0.2) && { source: random.pick(SOURCES[family]) }),
    ...(random.chance(0.15) && { interface: 'eth1' }),
  };
}

function randomPorts(random: Random): (number | string)[] {
  return Array.from({ length: 1 + random.below(3) }, () => {
    const first = 1 + random.below(300);
    return random.chance(0.5) ? first : `${first}-${first + random.below(12)}`;
  });
}

function valueOf(text: string): bigint {
  const read = parseAddress(text);
  invariant(read.ok, text);
  return read.value.value;
}

/** Half of them at the ends of ranges, ports and sources and one beside these, where mistakes are. */
export function randomPackets(random: Random, topology: Topology, family: Family, count: number): Packet[] {
  const matches = topology.groups.flatMap((group) => group.matches);
  const near = (first: bigint, last: bigint) => {
    const inside = first + BigInt(random.below(Number(last - first > 1000n ? 1000n : last - first) + 1));
    return random.pick([first, last, first - 1n, last + 1n, inside]);
  };
  return Array.from({ length: count }, (): Packet => {
    const { range, ports, source } = random.pick(matches);
    const span = ports === 'all' ? { first: 1, last: 65535 } : random.pick(ports);
    const port = Number(near(BigInt(span.first), BigInt(span.last)));
    const other = random.pick(matches).source?.interval ?? source?.interval;
    const origin = random.chance(0.5) ? source?.interval : other;
    const from = origin ? near(origin.first, origin.last) : valueOf(family === 4 ? '192.0.2.77' : '2001:db8:9::7');
    const protocol = random.pick(['tcp', 'tcp', 'udp', 'sctp', 'icmp'] as const);
    const types = family === 4 ? [0, 3, 5, 8, 11, 12] : [1, 2, 3, 4, 128, 129];
    return {
      source: addressAt(family, from),
      destination: addressAt(family, near(range.interval.first, range.interval.last)),
      protocol,
      ...(protocol === 'icmp'
        ? { icmpType: random.pick(types) }
        : { destinationPort: Math.min(Math.max(port, 1), 65535) }),
      interface: random.pick(['eth0', 'eth0', 'eth0', 'eth1']),
    };
  });
}
