// An allocated mark is free, unreserved while there are such marks, and the lowest of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stackSchema, type GroupDocument } from './document';
import { allocateMark, reservationsOf } from './mark-registry';
import { seedDocument } from './seed';

const withMark = (mark: number): GroupDocument => ({ ...seedDocument().groups[0]!, name: `g${mark}`, mark });

describe('allocateMark', () => {
  it.each([
    ['nothing', [], 1],
    ['the seed', [1], 2],
    ['marks with a hole', [1, 2, 4], 3],
    ['marks up to the first reserved one', Array.from({ length: 99 }, (_, at) => at + 1), 200],
    ['an impossible mark', [0, -1, 2 ** 40], 1],
  ])('beside %s', (_what, marks, wanted) => {
    expect(allocateMark({ stack: 'heartbeat', groups: marks.map(withMark) })).toBe(wanted);
  });

  it('gives the lowest mark that no group has and nobody reserves', () => {
    const stacks = fc.constantFrom(...stackSchema.options);
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 600 }), { maxLength: 600 }), stacks, (marks, stack) => {
        const mark = allocateMark({ stack, groups: marks.map(withMark) });
        expect(marks).not.toContain(mark);
        expect(reservationsOf(mark, stack)).toEqual([]);
        for (let lower = 1; lower < mark; lower += 1) {
          expect(marks.includes(lower) || reservationsOf(lower, stack).length > 0).toBe(true);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('still gives a free mark when every unreserved one is taken', () => {
    const all = Array.from({ length: 0xffff }, (_, at) => at + 1).filter(
      (mark) => reservationsOf(mark, 'keepalived').length === 0,
    );
    expect(allocateMark({ stack: 'keepalived', groups: all.map(withMark) })).toBe(100);
  });
});

describe('reservationsOf', () => {
  it.each([
    [1, 'heartbeat', []],
    [99, 'heartbeat', []],
    [100, 'heartbeat', ['firewalld before 1.0']],
    [0x200, 'heartbeat', ['Cilium']],
    [1000, 'heartbeat', ['Cilium']],
    [1536, 'heartbeat', []],
    [1536, 'keepalived', ['keepalived']],
    [0x4000, 'single', ['Kubernetes']],
    [0x10000, 'single', ['Calico']],
    [0x40000, 'single', ['Tailscale', 'Calico']],
  ] as const)('says of mark %i under %s: %j', (mark, stack, who) => {
    expect(reservationsOf(mark, stack).map((each) => each.who)).toEqual(who);
  });
});
