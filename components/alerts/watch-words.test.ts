// "Nothing is wrong" is said only of a fresh list, while somebody looks.
import { describe, expect, it } from 'vitest';
import { titleOfNone } from './watch-words';

describe('without an open alert', () => {
  it.each([
    ['Nothing is wrong', true, true, false],
    ['No alert is open, and nobody is looking', false, true, false],
    ['No alert was open when this was read', true, false, false],
    ['No alert was open when this was read', false, false, false],
    ['No open alert matches', true, true, true],
  ])('the page says: %s', (expected, isWatched, isFresh, isFiltered) => {
    expect(titleOfNone({ watch: { isWatched }, isFresh, isFiltered })).toBe(expected);
  });
});
