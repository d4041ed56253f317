// A universe of packets small enough to ask every one, and random groups that speak about it.
import fc from 'fast-check';
import { addressAt } from '../address';
import type { MatchDocument, TopologyDocument } from '../document';
import { invariant } from '../errors';
import { BALANCED_PROTOCOLS } from '../packet-set';
import { resolveTopology } from '../resolve';
import { seedDocument } from '../seed';
import type { Family, Packet, Topology } from '../topology';

/** Host numbers within the range; ports and sources as intervals of the universe's numbers. */
export type TestMatch = {
  first: number;
  last: number;
  protocol: MatchDocument['protocol'];
  ports?: [number, number];
  source?: [number, number];
  device?: string;
};
export type TestGroup = { mark: number; matches: TestMatch[] };

const HOSTS = [0, 1, 2, 3];
/** Ports 1 to 4 are named in matches; 5 stands for every other port, which only a match without ports takes. */
const PORTS = [1, 2, 3, 4, 5];
/** Sources 0 to 2 are named in matches; 3 stands for everybody else. */
const SOURCES = [0, 1, 2, 3];
const DEVICES = ['eth0', 'eth1'];
/** 192.168.0.0 and 203.0.113.0; 2001:db8::0 and 2001:db8:f::0. */
const BASES: Record<Family, { destination: bigint; source: bigint }> = {
  4: { destination: 0xc0a80000n, source: 0xcb007100n },
  6: { destination: 0x20010db8n << 96n, source: (0x20010db8n << 96n) | (0xfn << 80n) },
};

const pair = (max: number, min = 0) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
const match: fc.Arbitrary<TestMatch> = fc
  .record({
    hosts: pair(3),
    protocol: fc.constantFrom('any' as const, 'tcp' as const, 'udp' as const, 'tcp' as const),
    ports: fc.option(pair(4, 1), { nil: undefined }),
    source: fc.option(pair(2), { nil: undefined, freq: 2 }),
    device: fc.constantFrom(undefined, undefined, 'eth0', 'eth1'),
  })
  .map(({ hosts: [first, last], protocol, ports, source, device }) => ({
    first,
    last,
    protocol,
    ...(ports && protocol !== 'any' && { ports }),
    ...(source && { source }),
    ...(device !== undefined && { device }),
  }));

export function groupsOf(): fc.Arbitrary<TestGroup[]> {
  return fc
    .array(fc.array(match, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 4 })
    .map((all) => all.map((matches, at) => ({ mark: at + 1, matches })));
}

export function everyPacket(family: Family): Packet[] {
  const { destination, source } = BASES[family];
  return DEVICES.flatMap((device) =>
    BALANCED_PROTOCOLS.flatMap((protocol) =>
      HOSTS.flatMap((host) =>
        PORTS.flatMap((destinationPort) =>
          SOURCES.map((from) => ({
            destination: addressAt(family, destination + BigInt(host)),
            source: addressAt(family, source + BigInt(from)),
            protocol,
            destinationPort,
            interface: device,
          })),
        ),
      ),
    ),
  );
}

/** Written apart from the code it judges. A packet without a source meets no condition on it. */
export function takes(match: TestMatch, packet: Packet): boolean {
  const { destination, source } = BASES[packet.destination.family];
  const host = Number(packet.destination.value - destination);
  const from = packet.source && packet.source.value - source;
  const port = packet.destinationPort ?? 0;
  return (
    match.first <= host &&
    host <= match.last &&
    (match.protocol === 'any' || match.protocol === packet.protocol) &&
    (!match.ports || (match.ports[0] <= port && port <= match.ports[1])) &&
    (!match.source || (from !== undefined && match.source[0] <= from && from <= match.source[1])) &&
    (match.device ?? 'eth0') === packet.interface
  );
}

export function documentOf(all: readonly TestGroup[], family: Family): TopologyDocument {
  const document = seedDocument();
  const { destination, source } = BASES[family];
  const interval = (base: bigint, first: number, last: number) =>
    `${addressAt(family, base + BigInt(first)).text}-${addressAt(family, base + BigInt(last)).text}`;
  const [groupTemplate] = document.groups;
  invariant(groupTemplate, 'the seed has a group');
  document.ranges = [
    { name: 'all', addresses: interval(destination, 0, 3) },
    ...all.flatMap(({ matches }, index) =>
      matches.map(({ first, last }, at) => ({
        name: `r${index}-${at}`,
        addresses: interval(destination, first, last),
      })),
    ),
  ];
  document.groups = all.map(({ mark, matches }, index) => ({
    ...groupTemplate,
    name: `g${index}`,
    mark,
    matches: matches.map(({ protocol, ports, source: from, device }, at) => ({
      range: `r${index}-${at}`,
      protocol,
      ...(ports && { ports: [`${ports[0]}-${ports[1]}`] }),
      ...(from && { source: interval(source, from[0], from[1]) }),
      ...(device !== undefined && { interface: device }),
    })),
  }));
  return document;
}

export function topologyOf(all: readonly TestGroup[], family: Family, document = documentOf(all, family)): Topology {
  const { topology } = resolveTopology(document);
  invariant(topology, 'the document resolves');
  return topology;
}
