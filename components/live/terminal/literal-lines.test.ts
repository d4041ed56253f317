// What is marked on the page is what was not there before, and JSON in one line becomes readable without changing a character of it.
import { describe, expect, it } from 'vitest';
import { changedLines, linesOf } from './literal-lines';

describe('lines of an output', () => {
  it.each([
    ['nothing', ['a', 'b'], ['a', 'b'], []],
    ['a counter', ['a 1', 'b 2'], ['a 1', 'b 3'], [1]],
    ['a line in between, and not those behind it', ['a', 'c'], ['a', 'b', 'c'], [1]],
    ['a second one of the same', ['a'], ['a', 'a'], [1]],
    ['nothing when one is gone', ['a', 'b'], ['b'], []],
  ])('change by %s', (_what, before, now, expected) => {
    expect([...changedLines(before, now)]).toEqual(expected);
  });

  it('are those of the tool; JSON gets line breaks and nothing else', () => {
    expect(linesOf('a\nb\n')).toEqual(['a', 'b']);
    expect(linesOf('[{"a":1},{"b":2}]\n')).toEqual(['[{"a":1},', '{"b":2}]']);
    expect(linesOf('Chain X },{ y')).toEqual(['Chain X },{ y']);
  });
});
