// What the fault matrix takes for broken: the judges that need no director.
import { describe, expect, it } from 'vitest';
import type { Deploy } from '../core/views/deploy';
import { verifiesTruly } from './invariants';
import { findLost, type Untouched } from './untouched';

type Step = Partial<Deploy['steps'][number]>;
const at = (second: number) => new Date(second * 1000).toISOString();
const switched = (director: string, from: number): Step => ({
  ...{ name: 'switch', state: 'done', director, startedAt: at(from), endedAt: at(from + 2) },
});
const verified = (from: number, director?: string): Step => ({
  ...{ name: 'verify', state: 'done', startedAt: at(from), endedAt: at(from + 1) },
  ...(director !== undefined && { director }),
});
const judge = (...steps: Step[]) => verifiesTruly({ deploy: { state: 'verified', steps } as Deploy });

describe('verified', () => {
  it('is true of directors that were read after their switches, together or alone', () => {
    expect(judge(switched('director1', 1), switched('director2', 1), verified(3))).toEqual([]);
    expect(
      judge(switched('director1', 1), verified(3, 'director1'), switched('director2', 5), verified(7, 'director2')),
    ).toEqual([]);
  });

  it.each<[string, Step[], string[]]>([
    ['before its switch ended', [switched('director2', 1), switched('director1', 4), verified(5)], ['director1']],
    [
      'before it was switched again',
      [switched('director2', 1), switched('director1', 1), verified(3), switched('director1', 6)],
      ['director1'],
    ],
    ['never', [switched('director1', 1), switched('director2', 1), verified(4, 'director2')], ['director1']],
    [
      'in vain',
      [switched('director1', 1), switched('director2', 1), { ...verified(4), state: 'failed' }],
      ['director1', 'director2'],
    ],
  ])('is not true of a director that was read %s', (_when, steps, directors) => {
    expect(judge(...steps)).toEqual(
      directors.map((director) => `shown as verified, but ${director} was not read after its last switch`),
    );
  });

  it('is not true of a director that was never switched', () => {
    expect(judge(switched('director1', 1), verified(4))).toEqual([
      'shown as verified, but director2 was never switched',
    ]);
  });
});

describe('the untouched mark', () => {
  const before: Untouched = { director: 'director1', boot: 'b', entries: ['x', 'y'], counters: [10, 50, 40, 500, 400] };
  const lost = (after: Partial<Untouched>) =>
    findLost(before, { ...before, counters: [30, 99, 99, 999, 999], ...after }, 20);

  it('has lost nothing when its entries stand and every request was counted', () => {
    expect(lost({})).toEqual([]);
  });

  it.each<[string, Partial<Untouched>, string]>([
    ['an entry is gone', { entries: ['y'] }, 'director1: the entry x is gone'],
    [
      'a counter fell',
      { counters: [30, 49, 99, 999, 999] },
      'director1: counters of mark 1 were 10 50 40 500 400, 20 requests later 30 49 99 999 999',
    ],
    [
      'its counters began anew',
      { counters: [29, 99, 99, 999, 999] },
      'director1: counters of mark 1 were 10 50 40 500 400, 20 requests later 29 99 99 999 999',
    ],
    [
      'its service is gone',
      { counters: [] },
      'director1: counters of mark 1 were 10 50 40 500 400, 20 requests later ',
    ],
  ])('has lost something when %s', (_what, after, sentence) => {
    expect(lost(after)).toEqual([sentence]);
  });

  it('is not judged where the director lost its power', () => {
    expect(lost({ boot: 'c', entries: [], counters: [] })).toEqual([]);
  });
});
