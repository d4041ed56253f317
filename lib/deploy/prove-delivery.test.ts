import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '../core/document';
import { resolveTopology } from '../core/resolve';
import { seedDocument } from '../core/seed';
import type { Topology } from '../core/topology';
import { deliveryQuestions, findUndelivered } from './prove-delivery';

/** `marks` groups of so many ranges each. */
function topologyOf(marks: number, rangesEach: number): Topology {
  const document: TopologyDocument = seedDocument();
  const pool = document.pools[0]!.name;
  document.ranges = Array.from({ length: marks * rangesEach }, (_, at) => ({
    name: `r${at}`,
    addresses: `192.168.${at >> 6}.${(at & 63) * 4}/30`,
  }));
  document.groups = Array.from({ length: marks }, (_, at) => ({
    ...{ name: `g${at}`, mark: at + 1, scheduler: 'rr' as const, pool },
    matches: document.ranges
      .slice(at * rangesEach, (at + 1) * rangesEach)
      .map(({ name }) => ({ range: name, protocol: 'tcp' as const })),
  }));
  const { topology, diagnostics } = resolveTopology(document);
  if (!topology) throw new Error(diagnostics.map(({ message }) => message).join('\n'));
  return topology;
}

const marksOf = (questions: string) =>
  questions
    .trimEnd()
    .split('\n')
    .map((line) => line.split(' ')[3]);

describe('the proof of local delivery', () => {
  it('asks about every mark, however many ranges the first ones have', () => {
    const marks = marksOf(deliveryQuestions(topologyOf(20, 100), 'director1'));
    expect(marks).toHaveLength(1024);
    expect(marks.slice(0, 20)).toEqual(Array.from({ length: 20 }, (_, at) => String(at + 1)));
  });

  it('names the address, the mark and the group whose packets the kernel would send on', () => {
    const topology = topologyOf(18, 1);
    const answers = marksOf(deliveryQuestions(topology, 'director1')).map((mark) =>
      mark === '17' ? 'unicast 192.168.0.64 via 192.168.7.1 dev eth0' : 'local 192.168.0.1 dev lo',
    );
    const frames = (text: string) => new Map([['delivery4', { status: 0, text }]]);
    expect(findUndelivered(topology, 'director1', frames(answers.join('\n')))).toEqual([
      'A packet for 192.168.0.64 with mark 17 (group "g16") is not delivered locally.',
    ]);
    expect(findUndelivered(topology, 'director1', frames(answers.slice(0, -1).join('\n')))).toHaveLength(2);
  });

  it('is not given by a director that could not be asked', () => {
    const topology = topologyOf(1, 1);
    expect(findUndelivered(topology, 'director1', new Map())).toEqual([
      'The route of a marked packet could not be asked: the answer has no such section',
    ]);
  });
});
