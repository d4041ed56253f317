// The quick finder against the tracer.
import { describe, expect, it } from 'vitest';
import { addressAt } from './address';
import { createGroupFinder } from './find-group';
import { resolveTopology } from './resolve';
import { seedDocument } from './seed';
import { tracePacket } from './trace';

describe('the group finder', () => {
  it('answers as the tracer does, for every address of the ranges and around them', () => {
    const document = seedDocument();
    const [everything] = document.groups;
    const match = { range: 'services', protocol: 'tcp' as const };
    const topology = resolveTopology({
      ...document,
      ranges: [...document.ranges, { name: 'part', addresses: '192.168.0.64/26' }],
      groups: [
        everything!,
        { ...everything!, name: 'web', mark: 2, matches: [{ ...match, ports: [80, 443] }] },
        { ...everything!, name: 'part', mark: 3, matches: [{ ...match, range: 'part', ports: [443] }] },
      ],
    }).topology!;
    const find = createGroupFinder(topology);
    const device = topology.directors[0]!.external.interface;
    const answers = new Set<string | null>();
    for (const { interval } of topology.ranges)
      for (let value = interval.first - 2n; value <= interval.last + 2n; value += 1n)
        for (const destinationPort of [22, 80, 443])
          for (const protocol of ['tcp', 'udp'] as const) {
            const packet = { destination: addressAt(interval.family, value), protocol, destinationPort };
            const { group } = tracePacket(topology, { ...packet, interface: device });
            answers.add(group);
            expect(find(packet)?.name ?? null, `${protocol} ${packet.destination.text}:${destinationPort}`).toBe(group);
          }
    expect(answers.size).toBe(4);
  });
});
