import { describe, expect, it } from 'vitest';
import { claimsOfTopology, winnerOf } from '../claims';
import type { TopologyDocument } from '../document';
import { printPacket } from '../packet-set';
import { resolveTopology } from '../resolve';
import { seedDocument } from '../seed';
import type { Topology } from '../topology';
import { movedPackets } from './moved-packets';

function topologyOf(edit: (document: TopologyDocument) => void): Topology {
  const document = seedDocument();
  document.groups.push({
    ...{ name: 'web', mark: 2, scheduler: 'rr', pool: 'web', overrides: ['everything'] },
    matches: [{ range: 'services', protocol: 'tcp', ports: [80, '8000-8009'] }],
  });
  edit(document);
  const { topology } = resolveTopology(document);
  if (!topology) throw new Error('the document resolves');
  return topology;
}
const base = topologyOf(() => undefined);

function movesOf(edit: (document: TopologyDocument) => void): [string, string, string][] {
  const next = topologyOf(edit);
  return (movedPackets(base, next) ?? []).map(({ from, to, example }) => {
    const [was, is] = [base, next].map((topology) => winnerOf(claimsOfTopology(topology), example)?.mark);
    expect([was, is], 'the example is what it is an example of').toEqual([from?.mark, to?.mark]);
    return [from?.name ?? '-', to?.name ?? '-', printPacket(example)];
  });
}

describe('packets that change their group', () => {
  it.each<[string, (document: TopologyDocument) => void, [string, string, string][]]>([
    ['nothing', () => undefined, []],
    ['a scheduler', (d) => void (d.groups[0]!.scheduler = 'wlc'), []],
    ['a name', (d) => void (d.groups[0]!.name = 'rest'), []],
    [
      'ports that go, back to the group below',
      (d) => void (d.groups[1]!.matches[0]!.ports = [80, '8000-8004']),
      [['web', 'everything', 'tcp 192.168.0.0:8005 on eth0']],
    ],
    [
      'a range that shrinks',
      (d) => void (d.ranges[0]!.addresses = '192.168.0.0/25'),
      [
        ['everything', '-', 'tcp 192.168.0.128:0 on eth0'],
        ['web', '-', 'tcp 192.168.0.128:80 on eth0'],
      ],
    ],
    ['the order of the groups', (d) => void d.groups.reverse(), [['web', 'everything', 'tcp 192.168.0.0:80 on eth0']]],
    [
      'a source',
      (d) => void (d.groups[1]!.matches[0]!.source = '198.51.100.0/24'),
      [['web', 'everything', 'tcp 192.168.0.0:80 from 192.0.2.9 on eth0']],
    ],
  ])('are told for %s', (_what, edit, expected) => {
    const found = movesOf(edit);
    expect(found.map(([from, to]) => [from, to]).toSorted()).toEqual(
      expected.map(([from, to]) => [from, to]).toSorted(),
    );
    if (found.length === 1) expect(found).toEqual(expected);
  });
});
