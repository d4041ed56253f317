// Relations, shadows, gaps, map and trace against brute force: every packet of a small universe is asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressAt } from '../address';
import type { Director, Packet, PortInterval, Topology } from '../topology';
import { tracePacket } from '../trace';
import { findGaps } from './find-gaps';
import { findShadows } from './find-shadows';
import { mapOf } from './map-of';
import { relateMatches } from './relate-matches';
import { documentOf, everyPacket, groupsOf, takes, topologyOf, type TestGroup, type TestMatch } from './test-universe';

const winnerByForce = (groups: readonly TestGroup[], packet: Packet) => {
  const at = groups.findLastIndex((group) => group.matches.some((match) => takes(match, packet)));
  return at < 0 ? undefined : { name: `g${at}`, mark: groups[at]!.mark };
};
const isIn = ({ first, last }: PortInterval, port = 0) => first <= port && port <= last;

describe.each([4, 6] as const)('the analysis of IPv%i', (family) => {
  const groups = groupsOf();
  const universe = everyPacket(family);

  it('traces every packet to the group that brute force finds', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const topology = topologyOf(all, family);
        for (const packet of universe) {
          const wanted = winnerByForce(all, packet);
          const { mark, group } = tracePacket(topology, packet);
          expect({ mark, group }).toEqual({ mark: wanted?.mark ?? null, group: wanted?.name ?? null });
        }
      }),
      { numRuns: 100 },
    );
  });

  it('lays every two matches to each other as their packets do', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const { counts, pairs } = relateMatches(topologyOf(all, family));
        const wanted = relationsByForce(all, universe);
        expect(
          pairs
            .map(
              ({ kind, earlier, later }) =>
                `${earlier.groupIndex}.${earlier.matchIndex} ${kind} ${later.groupIndex}.${later.matchIndex}`,
            )
            .sort(),
        ).toEqual(wanted.pairs.sort());
        expect(counts.disjoint).toBe(wanted.disjoint);
        for (const { earlier, later, packet, winner } of pairs) {
          const [one, other] = [earlier, later].map((place) => all[place.groupIndex]!.matches[place.matchIndex]!);
          expect([takes(one!, packet), takes(other!, packet), winner]).toEqual([true, true, later.group]);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('finds exactly the groups and matches that get nothing, with a packet that proves it', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const topology = topologyOf(all, family);
        const shadows = findShadows(topology);
        expect(shadows.map(({ kind, groupIndex, matchIndex }) => `${kind} ${groupIndex}.${matchIndex ?? '*'}`)).toEqual(
          shadowsByForce(all, universe),
        );
        for (const { packet, groupIndex, matchIndex, winner, kind } of shadows) {
          const own = all[groupIndex]!.matches;
          const claimed = matchIndex === undefined ? own : [own[matchIndex]!];
          expect(claimed.some((match) => takes(match, packet))).toBe(true);
          expect(tracePacket(topology, packet)).toMatchObject(winner);
          if (kind === 'overridden') expect(winner.group).not.toBe(`g${groupIndex}`);
        }
      }),
      { numRuns: 150 },
    );
  });

  it('finds exactly the packets of a range that nobody marks, each once, and what happens to them', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const topology = topologyOf(all, family);
        const { gaps, isComplete } = findGaps(topology);
        expect(isComplete).toBe(true);
        for (const packet of universe.filter(({ interface: device }) => device === 'eth0')) {
          const inside = gaps.filter(
            ({ range, protocols, addresses, ports, source }) =>
              range === 'all' &&
              protocols.some((protocol) => protocol === packet.protocol) &&
              isInside(addresses, packet.destination.value) &&
              isIn(ports, packet.destinationPort) &&
              (!source || isInside(source, packet.source!.value)),
          );
          expect(inside).toHaveLength(winnerByForce(all, packet) ? 0 : 1);
        }
        for (const { packet, fate } of gaps) {
          expect(tracePacket(topology, packet)).toMatchObject({
            mark: null,
            delivered: fate === 'director' ? 'local' : 'unreachable',
          });
        }
      }),
      { numRuns: 60 },
    );
  });

  it('maps every packet to the one group that gets it', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const topology = topologyOf(all, family);
        for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
          for (const device of ['eth0', 'eth1']) {
            const rectangles = mapOf(topology, family, protocol, { interface: device });
            for (const packet of universe.filter((each) => each.protocol === protocol && each.interface === device)) {
              const inside = rectangles.filter(
                ({ addresses, ports, source }) =>
                  isInside(addresses, packet.destination.value) &&
                  isIn(ports, packet.destinationPort) &&
                  (!source || isInside(source, packet.source!.value)),
              );
              const wanted = winnerByForce(all, packet);
              expect(inside.map(({ group, mark }) => ({ name: group, mark }))).toEqual(wanted ? [wanted] : []);
            }
          }
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('every two matches of a small catalogue', () => {
  it('are related, shadowed and won as brute force says, for each ordered pair of them', () => {
    const universe = everyPacket(4);
    const taken = catalogue().map((match) => new Set(universe.filter((packet) => takes(match, packet))));
    for (const [one, earlier] of catalogue().entries()) {
      for (const [other, later] of catalogue().entries()) {
        const topology = topologyOf(
          [
            { mark: 1, matches: [earlier] },
            { mark: 2, matches: [later] },
          ],
          4,
        );
        const { pairs, counts } = relateMatches(topology);
        const shared = [...(taken[one] ?? [])].filter((packet) => taken[other]?.has(packet)).length;
        const kind = kindOf(shared, taken[one]?.size ?? 0, taken[other]?.size ?? 0);
        expect([pairs[0]?.kind, counts.disjoint]).toEqual([kind, kind ? 0 : 1]);
        expect(findShadows(topology).map(({ groupIndex }) => groupIndex)).toEqual(
          kind === 'equal' || kind === 'contained' ? [0] : [],
        );
        if (pairs[0]) expect(tracePacket(topology, pairs[0].packet)).toMatchObject({ group: 'g1', mark: 2 });
      }
    }
  });
});

/** Each side of a match narrow and wide. */
function catalogue(): TestMatch[] {
  const ports: Partial<TestMatch>[] = [
    { protocol: 'any' },
    ...(['tcp', 'udp'] as const).flatMap((protocol) => [
      { protocol },
      { protocol, ports: [1, 1] as [number, number] },
      { protocol, ports: [1, 2] as [number, number] },
    ]),
  ];
  const sides: Partial<TestMatch>[] = [{}, { source: [0, 1] }, { device: 'eth1' }, { source: [1, 1], device: 'eth0' }];
  return [0, 1].flatMap((last) =>
    ports.flatMap((part) => sides.map((side): TestMatch => ({ first: 0, last, protocol: 'any', ...part, ...side }))),
  );
}

function kindOf(shared: number, earlier: number, later: number) {
  if (shared === 0) return undefined;
  if (shared === earlier) return shared === later ? 'equal' : 'contained';
  return shared === later ? 'contains' : 'partial';
}

describe('directors that name their interfaces differently', () => {
  it('traces and relates by the interface of the director that gets the packet', () => {
    const document = documentOf(
      [
        { mark: 1, matches: [{ first: 0, last: 3, protocol: 'tcp' }] },
        { mark: 2, matches: [{ first: 0, last: 3, protocol: 'tcp', device: 'eth1' }] },
      ],
      4,
    );
    const topology = renamed(topologyOf([], 4, document), 1);
    const packet = { ...everyPacket(4)[0]!, interface: 'eth1' };
    expect(tracePacket(topology, { ...packet, director: 'director1' }).group).toBe('g1');
    expect(tracePacket(topology, { ...packet, director: 'director2' }).group).toBe('g1');
    expect(tracePacket(topology, { ...packet, interface: 'eth0', director: 'director2' }).group).toBeNull();
    const { pairs } = relateMatches(topology);
    expect(pairs.map(({ kind, packet: example }) => [kind, example.director, example.interface])).toEqual([
      ['partial', 'director2', 'eth1'],
    ]);
  });
});

/** The second director has its external network on eth1. */
function renamed(topology: Topology, index: number): Topology {
  const directors = topology.directors.map((director, at): Director => {
    const { external, internal } = director;
    if (at !== index) return director;
    return { ...director, external: { ...external, interface: 'eth1' }, internal: { ...internal, interface: 'eth0' } };
  });
  return { ...topology, directors };
}

function isInside({ first, last }: { first: bigint; last: bigint }, value: bigint): boolean {
  return first <= value && value <= last;
}

function relationsByForce(all: readonly TestGroup[], universe: readonly Packet[]) {
  const matches = all.flatMap((group, index) =>
    group.matches.map((match, at) => ({
      index,
      at,
      packets: new Set(universe.filter((packet) => takes(match, packet))),
    })),
  );
  const pairs: string[] = [];
  let disjoint = 0;
  for (const [place, later] of matches.entries()) {
    for (const earlier of matches.slice(0, place).filter(({ index }) => index !== later.index)) {
      const shared = [...earlier.packets].filter((packet) => later.packets.has(packet)).length;
      if (shared === 0) disjoint += 1;
      const [isContained, doesContain] = [earlier, later].map(({ packets }) => packets.size === shared);
      const kind = isContained ? (doesContain ? 'equal' : 'contained') : doesContain ? 'contains' : 'partial';
      if (shared > 0) pairs.push(`${earlier.index}.${earlier.at} ${kind} ${later.index}.${later.at}`);
    }
  }
  return { pairs, disjoint };
}

function shadowsByForce(all: readonly TestGroup[], universe: readonly Packet[]): string[] {
  return all.flatMap(({ matches, mark }, index) => {
    const rivals = all.slice(index + 1).filter((other) => other.mark !== mark);
    const isTaken = (packet: Packet) => rivals.some((rival) => rival.matches.some((match) => takes(match, packet)));
    const dead = matches.map((match) => universe.filter((packet) => takes(match, packet)).every(isTaken));
    if (dead.every(Boolean)) return [`overridden ${index}.*`];
    const repeated = matches.map(
      (match, at) =>
        !dead[at] &&
        universe
          .filter((packet) => takes(match, packet))
          .every((packet) => matches.slice(0, at).some((other) => takes(other, packet))),
    );
    const listed = (flags: readonly boolean[], kind: string) =>
      flags.flatMap((flag, at) => (flag ? [`${kind} ${index}.${at}`] : []));
    return [...listed(dead, 'overridden'), ...listed(repeated, 'repeated')];
  });
}

describe('the universe of these tests', () => {
  it('tells apart whatever a match can tell apart', () => {
    expect(
      new Set(
        everyPacket(4).map((packet) =>
          JSON.stringify([
            packet.destination.text,
            packet.source?.text,
            packet.protocol,
            packet.destinationPort,
            packet.interface,
          ]),
        ),
      ).size,
    ).toBe(everyPacket(4).length);
    expect(addressAt(4, everyPacket(4)[0]!.destination.value).text).toBe('192.168.0.0');
  });
});
