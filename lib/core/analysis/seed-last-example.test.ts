// The seed's own last example is reported as what it is: group 1 never sees a packet, and here is one that proves it.
import fs from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTopologyDocument } from '../../parse/topology-document';
import type { Diagnostic } from '../diagnostic';
import { invariant } from '../errors';
import { resolveTopology } from '../resolve';
import type { Topology } from '../topology';
import { tracePacket } from '../trace';
import { findGaps } from './find-gaps';
import { findShadows } from './find-shadows';
import { mapOf } from './map-of';
import { relateMatches } from './relate-matches';

const file = path.join(import.meta.dirname, 'testdata/seed-last-example.yaml');
let topology: Topology;
let diagnostics: Diagnostic[];

beforeAll(() => {
  const parsed = parseTopologyDocument(fs.readFileSync(file, 'utf8'), { check: true });
  invariant(parsed.document, 'the example has the shape of a topology');
  const resolved = resolveTopology(parsed.document);
  invariant(resolved.topology, 'the example resolves');
  ({ topology } = resolved);
  ({ diagnostics } = parsed);
});

describe("the seed's last example", () => {
  it('is an error: group 1 never sees a packet, with the packet that proves it and its line', () => {
    const dead = diagnostics.filter(({ code }) => code === 'group.dead');
    expect(dead).toEqual([
      {
        severity: 'error',
        code: 'group.dead',
        path: ['groups', 0],
        line: 33,
        message:
          'Group "group-1" (mark 1) never sees a packet: the later "group-2" takes every one of its packets. For example tcp 192.168.0.0:80 on eth0 gets mark 2.',
        hint: 'Move "group-1" behind "group-2", narrow these, or remove it.',
      },
    ]);
  });

  it('relates its two matches as equal, and the later wins', () => {
    const { counts, pairs } = relateMatches(topology);
    expect(counts).toEqual({ disjoint: 0, equal: 1, contained: 0, contains: 0, partial: 0 });
    expect(pairs).toMatchObject([
      {
        kind: 'equal',
        earlier: { group: 'group-1' },
        later: { group: 'group-2' },
        winner: 'group-2',
        isIntended: false,
      },
    ]);
  });

  it('shadows group 1, whose packet the trace sends to group 2', () => {
    const shadows = findShadows(topology);
    expect(shadows).toMatchObject([{ kind: 'overridden', group: 'group-1', by: ['group-2'], winner: { mark: 2 } }]);
    invariant(shadows[0], 'there is a shadow');
    expect(tracePacket(topology, shadows[0].packet)).toMatchObject({
      mark: 2,
      group: 'group-2',
      reasons: [
        'Group "group-1" matches it and sets mark 1, but a later group marks it again.',
        'Group "group-2" matches it and sets mark 2.',
        'The policy rule for mark 2 delivers it locally (table 100), where IPVS sees it.',
        'The virtual service of mark 2 hands it to pool "web" (masq, scheduler rr).',
      ],
    });
  });

  it('leaves no gap, and its map has one colour', () => {
    expect(findGaps(topology).gaps).toEqual([]);
    for (const protocol of ['tcp', 'udp', 'sctp'] as const) {
      expect(mapOf(topology, 4, protocol)).toEqual([
        {
          addresses: topology.ranges[0]?.interval,
          ports: { first: 1, last: 65_535 },
          group: 'group-2',
          groupIndex: 1,
          mark: 2,
        },
      ]);
    }
  });
});
