import { describe, expect, it } from 'vitest';
import type { RevisionSummary } from '@/lib/core/views/topology';
import { isShownAt, parseSides, previousOf, printSides, printTitle } from './compared-sides';

describe('the two sides of a comparison', () => {
  it.each(['2..3', '17..draft'])('come back from the URL as they went: %s', (text) => {
    const sides = parseSides(text);
    expect(sides && printSides(sides)).toBe(text);
  });

  it.each(['', '3', '2..', 'draft..2', '2..3..4', 'x'])('are nothing for "%s"', (text) => {
    expect(parseSides(text)).toBeUndefined();
  });

  it('are told at the revision where they were asked for', () => {
    expect([2, 3].map((number) => isShownAt({ from: 2, to: 3 }, number))).toEqual([false, true]);
    expect([2, 3].map((number) => isShownAt({ from: 2, to: 'draft' }, number))).toEqual([true, false]);
    expect(printTitle({ from: 2, to: 'draft' })).toBe('From revision 2 to the draft');
  });

  it('know the revision before, and that the first has none', () => {
    const revisions = [4, 3, 1].map((number) => ({ number }) as RevisionSummary);
    expect([4, 3, 1].map((number) => previousOf(revisions, number))).toEqual([3, 1, undefined]);
  });
});
