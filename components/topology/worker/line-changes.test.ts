// Undoing the reported changes gives the old text back, so nothing is left out and nothing is made up.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineChanges, linesOf, type LineChange } from './line-changes';

function undo(after: string, changes: readonly LineChange[]): string[] {
  const lines = linesOf(after);
  for (const { at, added, removed } of changes.toReversed()) lines.splice(at, added, ...removed);
  return lines;
}

describe('lineChanges', () => {
  it.each([
    ['a new line', 'a\nc\n', 'a\nb\nc\n', [{ at: 1, added: 1, removed: [] }]],
    ['a line less', 'a\nb\nc\n', 'a\nc\n', [{ at: 1, added: 0, removed: ['b'] }]],
    ['another line', 'a\nb\nc\n', 'a\nx\nc\n', [{ at: 1, added: 1, removed: ['b'] }]],
    [
      'two places',
      'a\nb\nc\nd\ne\n',
      'a\nx\nc\nd\n',
      [
        { at: 1, added: 1, removed: ['b'] },
        { at: 4, added: 0, removed: ['e'] },
      ],
    ],
    ['a new file', '', 'a\nb\n', [{ at: 0, added: 2, removed: [] }]],
    ['the same', 'a\n', 'a\n', []],
  ])('tells %s', (_what, before, after, wanted) => {
    expect(lineChanges(before, after)).toEqual(wanted);
  });

  it('leads back to the old text', () => {
    const text = fc.array(fc.constantFrom('a', 'b', 'c', '')).map((lines) => lines.map((line) => `${line}\n`).join(''));
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(undo(after, lineChanges(before, after))).toEqual(linesOf(before));
      }),
    );
  });

  const long = Array.from({ length: 20_000 }, (_, at) => `line ${at}`);
  const print = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');

  it('finds the few changes of a very long text at its ends and in its middle', () => {
    const edited = ['new first', ...long.slice(0, 10_000), 'new middle', ...long.slice(10_001), 'new last'];
    expect(lineChanges(print(long), print(edited))).toEqual([
      { at: 0, added: 1, removed: [] },
      { at: 10_001, added: 1, removed: ['line 10000'] },
      { at: 20_001, added: 1, removed: [] },
    ]);
  });

  it('leads back to the old text also where both are very long', () => {
    const places = fc.array(fc.nat({ max: long.length - 1 }), { maxLength: 6 });
    fc.assert(
      fc.property(places, places, (gone, moved) => {
        const kept = long.filter((_line, at) => !gone.includes(at));
        const after = ['first', ...kept.slice(1), ...moved.map((at) => `line ${at}`), 'last'];
        expect(undo(print(after), lineChanges(print(long), print(after)))).toEqual(long);
      }),
      { numRuns: 20 },
    );
  });
});
