// What is shown of a changed file: every line once, removed ones at their place.
import { describe, expect, it } from 'vitest';
import { lineChanges } from '../worker/line-changes';
import { changedRows, fileRows } from './file-rows';

const signs = { same: ' ', added: '+', removed: '-', gap: '~' };
const print = (rows: ReturnType<typeof fileRows>) =>
  rows.map(({ sign, text, number }) => `${signs[sign]}${number ?? ''} ${text}`);

const before = 'a\nb\nc\nd\ne\nf\ng\nh\ni\n';

describe('file rows', () => {
  it('shows the new line after the one that it replaced', () => {
    const after = before.replace('b', 'B');
    expect(print(fileRows(after, lineChanges(before, after))).slice(0, 4)).toEqual([' 1 a', '- b', '+2 B', ' 3 c']);
  });

  it('leaves out what is far from a change, and says how much', () => {
    const after = before.replace('e', 'E');
    expect(print(changedRows(fileRows(after, lineChanges(before, after))))).toEqual([
      '~ 1 line as before',
      ' 2 b',
      ' 3 c',
      ' 4 d',
      '- e',
      '+5 E',
      ' 6 f',
      ' 7 g',
      ' 8 h',
      '~ 1 line as before',
    ]);
  });

  it('shows a removed file as its removed lines', () => {
    expect(print(fileRows('', lineChanges('a\nb\n', '')))).toEqual(['- a', '- b']);
  });
});
