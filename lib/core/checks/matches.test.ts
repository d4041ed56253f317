// Overlap and dead groups against brute force: every packet of a small universe is asked.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkTopology } from '../check';
import type { MatchDocument, TopologyDocument } from '../document';
import { seedDocument } from '../seed';
import { processorTime } from '../../testing/processor-time';

const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
/** Ports 1 to 5 are named in matches; 6 stands for every other port, which only a match without ports takes. */
const PORTS = [1, 2, 3, 4, 5, 6];
const ADDRESSES = [0, 1, 2, 3, 4, 5, 6, 7];
type Packet = { protocol: (typeof PROTOCOLS)[number]; address: number; port: number };
type Box = { first: number; last: number; protocol: MatchDocument['protocol']; ports?: [number, number] };
type Group = { boxes: Box[]; mark: number; overrides: number[] };

const UNIVERSE: Packet[] = PROTOCOLS.flatMap((protocol) =>
  ADDRESSES.flatMap((address) => PORTS.map((port) => ({ protocol, address, port }))),
);
const pair = (max: number, min = 0) =>
  fc
    .tuple(fc.integer({ min, max }), fc.integer({ min, max }))
    .map(([a, b]): [number, number] => [Math.min(a, b), Math.max(a, b)]);
const box: fc.Arbitrary<Box> = fc
  .record({
    addresses: pair(7),
    protocol: fc.constantFrom('any' as const, ...PROTOCOLS),
    ports: fc.option(pair(5, 1), { nil: undefined }),
  })
  .map(({ addresses: [first, last], protocol, ports }) => ({
    first,
    last,
    protocol,
    ...(ports && protocol !== 'any' && { ports }),
  }));
const groups: fc.Arbitrary<Group[]> = fc.array(
  fc.record({
    boxes: fc.array(box, { minLength: 1, maxLength: 3 }),
    mark: fc.integer({ min: 1, max: 4 }),
    overrides: fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 2 }),
  }),
  { minLength: 1, maxLength: 4 },
);

function takes(group: Group, { protocol, address, port }: Packet): boolean {
  return group.boxes.some(
    (each) =>
      each.first <= address &&
      address <= each.last &&
      (each.protocol === 'any' || each.protocol === protocol) &&
      (!each.ports || (each.ports[0] <= port && port <= each.ports[1])),
  );
}

function toDocument(all: readonly Group[]): TopologyDocument {
  const document = seedDocument();
  const boxes = all.flatMap((group, index) => group.boxes.map((each, at) => ({ each, name: `r${index}-${at}` })));
  document.ranges = boxes.map(({ each, name }) => ({
    name,
    addresses: `192.168.0.${each.first}-192.168.0.${each.last}`,
  }));
  document.groups = all.map(({ boxes: own, mark, overrides }, index) => ({
    name: `g${index}`,
    mark,
    scheduler: 'rr',
    pool: 'web',
    overrides: overrides.map((other) => `g${other}`),
    matches: own.map(({ protocol, ports }, at) => ({
      range: `r${index}-${at}`,
      protocol,
      ...(ports && { ports: [`${ports[0]}-${ports[1]}`] }),
    })),
  }));
  return document;
}

function overlapsByForce(all: readonly Group[]): string[] {
  return all.flatMap((later, at) =>
    all.slice(0, at).flatMap((earlier, index) => {
      const isShared = UNIVERSE.some((packet) => takes(earlier, packet) && takes(later, packet));
      return isShared && earlier.mark !== later.mark && !later.overrides.includes(index) ? [`g${index} g${at}`] : [];
    }),
  );
}

function deadByForce(all: readonly Group[]): number[] {
  return all.flatMap((group, index) => {
    const rivals = all.slice(index + 1).filter(({ mark }) => mark !== group.mark);
    const own = UNIVERSE.filter((packet) => takes(group, packet));
    return own.every((packet) => rivals.some((rival) => takes(rival, packet))) ? [index] : [];
  });
}

describe('groups that contend for packets', () => {
  it('reports exactly the pairs and the dead groups that brute force finds', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const found = checkTopology(toDocument(all));
        const overlaps = found.flatMap(({ code, message }) =>
          code === 'match.overlap' ? [/Groups "(g\d)".* and "(g\d)"/.exec(message)?.slice(1).join(' ')] : [],
        );
        const dead = found.flatMap(({ code, path }) => (code === 'group.dead' ? [path[1]] : []));
        expect(overlaps).toEqual(overlapsByForce(all));
        expect(dead).toEqual(deadByForce(all));
      }),
      { numRuns: 500 },
    );
  });

  it('names a packet that both groups truly claim', () => {
    fc.assert(
      fc.property(groups, (all) => {
        for (const { code, message } of checkTopology(toDocument(all))) {
          if (code !== 'match.overlap') continue;
          const [, earlier, later, protocol, address, port] =
            /"g(\d)".*"g(\d)".*claim (\w+) 192\.168\.0\.(\d):(\d+) on eth0/.exec(message) ?? [];
          const packet = { protocol, address: Number(address), port: Math.min(Number(port), 6) } as Packet;
          expect(takes(all[Number(earlier)]!, packet)).toBe(true);
          expect(takes(all[Number(later)]!, packet)).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('finds a match that adds nothing to its group, as brute force does', () => {
    fc.assert(
      fc.property(groups, (all) => {
        const found = checkTopology(toDocument(all)).flatMap(({ code, path }) =>
          code === 'match.redundant' ? [`${path[1]} ${path[3]}`] : [],
        );
        const byForce = all.flatMap((group, index) =>
          group.boxes.flatMap((each, at) => {
            const [own, before] = [
              { ...group, boxes: [each] },
              { ...group, boxes: group.boxes.slice(0, at) },
            ];
            const adds = UNIVERSE.some((packet) => takes(own, packet) && !takes(before, packet));
            return adds ? [] : [`${index} ${at}`];
          }),
        );
        expect(found).toEqual(byForce);
      }),
      { numRuns: 300 },
    );
  });

  const besides = (at: number) => `10.${at >> 8}.${at & 255}.0/24`;
  const within = (at: number) => `10.0.0.0-10.${at >> 8}.${at & 255}.255`;

  it.each([
    ['1,000 groups and 10,000 ranges side by side', 1_000, besides],
    ['1,000 groups and 10,000 ranges within one another', 1_000, within],
    ['1 group of 10,000 ranges', 1, besides],
  ])('stays quick with %s', (_what, count, addressesOf) => {
    const document = seedDocument();
    const size = 10_000 / count;
    document.ranges = Array.from({ length: 10_000 }, (_, at) => ({ name: `r${at}`, addresses: addressesOf(at) }));
    document.groups = Array.from({ length: count }, (_, at) => ({
      name: `g${at}`,
      mark: at + 1,
      scheduler: 'rr',
      pool: 'web',
      matches: document.ranges.slice(at * size, (at + 1) * size).map(({ name }) => ({ range: name, protocol: 'any' })),
    }));
    // 0.3 s; within one another about 2 s, and twice that on a slow machine. Each pair of ranges by itself would take minutes.
    expect(processorTime(() => checkTopology(document)).ms).toBeLessThan(15_000);
  });
});
