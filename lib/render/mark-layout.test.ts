// Plain rules and lookups in maps must give every packet the same mark, whatever overlaps what.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Family } from '../core/topology';
import type { PacketClass } from '../parse/mark-map';
import { markItemsOf, type MarkItem } from './mark-items';
import { markLayoutOf, type MarkLayout, type MarkStep } from './mark-layout';
import { markedTopology, randomGroups, type Universe } from './test-marks';

type Probe = { interface: string; source: bigint; destination: bigint; protocol: string; port: number };

const SMALL: Universe = { addresses: 6, sources: 4, ports: 8 };

function takesClass({ protocol, ports }: PacketClass, probe: Probe): boolean {
  if (protocol === 'any') return true;
  return (
    protocol === probe.protocol &&
    (!ports || ports.some(({ first, last }) => first <= probe.port && probe.port <= last))
  );
}

function expectedMark(items: readonly MarkItem[], probe: Probe): number {
  const last = items.findLast(
    ({ interface: device, range, packets, source }) =>
      device === probe.interface &&
      range.interval.first <= probe.destination &&
      probe.destination <= range.interval.last &&
      takesClass(packets, probe) &&
      (!source || (source.interval.first <= probe.source && probe.source <= source.interval.last)),
  );
  return last?.mark ?? 0;
}

function lookUp({ map, packets, sources, ...step }: MarkStep, probe: Probe): number {
  if (step.interface !== probe.interface) return 0;
  if (sources && !sources.some(({ first, last }) => first <= probe.source && probe.source <= last)) return 0;
  if (!takesClass(packets, probe)) return 0;
  const at = map.firsts.findIndex(
    (first, index) =>
      BigInt(first) <= probe.destination &&
      probe.destination <= BigInt(map.lasts[index]!) &&
      (map.kind === 'address' ||
        (map.protocols[index] === probe.protocol &&
          map.firstPorts[index]! <= probe.port &&
          probe.port <= map.lastPorts[index]!)),
  );
  return at < 0 ? 0 : map.marks[at]!;
}

function layoutMark(layout: MarkLayout, probe: Probe): number {
  if (layout.kind === 'plain') return expectedMark(layout.items, probe);
  return layout.steps.reduce((mark, step) => lookUp(step, probe) || mark, 0);
}

function* probesOf(
  items: readonly MarkItem[],
  base: bigint,
  sourceBase: bigint,
  { addresses, sources, ports }: Universe,
) {
  for (const device of new Set([...items.map((item) => item.interface), 'eth7'])) {
    for (let host = -1; host <= addresses; host += 1) {
      for (let from = -1; from <= sources; from += 1) {
        for (const protocol of ['tcp', 'udp', 'sctp', 'icmp', 'gre']) {
          for (let port = 1; port <= (/icmp|gre/.test(protocol) ? 1 : ports + 1); port += 1) {
            const [source, destination] = [sourceBase + BigInt(from), base + BigInt(host)];
            yield { interface: device, source, destination, protocol, port };
          }
        }
      }
    }
  }
}

describe.each([4, 6] as const)('the layouts of IPv%i', (family: Family) => {
  it.each(['few kinds of ports', 'many kinds of ports'])(
    'agree on every packet of a small universe with %s',
    (kind) => {
      const universe = kind === 'few kinds of ports' ? SMALL : { ...SMALL, kinds: 40 };
      let flat = 0;
      fc.assert(
        fc.property(randomGroups(universe), (groups) => {
          const { topology, base, sourceBase } = markedTopology(groups, family);
          const [director] = topology.directors;
          const items = markItemsOf(topology, director!, family);
          const layout = markLayoutOf(topology, director!, family, { from: 0 });
          flat += layout.kind === 'flat' ? 1 : 0;
          for (const probe of probesOf(items, base, sourceBase, universe)) {
            const [is, wanted] = [layoutMark(layout, probe), expectedMark(items, probe)];
            if (is !== wanted)
              expect({
                probe: JSON.stringify(probe, (_, v) => (typeof v === 'bigint' ? v.toString() : v)),
                mark: is,
              }).toEqual({ probe, mark: wanted });
          }
        }),
        { numRuns: 300 },
      );
      expect(flat).toBeGreaterThan(100);
    },
  );
});
