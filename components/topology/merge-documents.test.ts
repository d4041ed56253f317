// Re-applying edits on top of a colleague's revision.
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { setAt } from './document-path';
import { mergeDocuments } from './merge-documents';
import { isSameValue } from './same-value';

const base = seedDocument();
const group = (name: string, mark: number) => ({ name, mark, matches: [], scheduler: 'rr' as const, pool: 'web' });
const withGroups = (...groups: TopologyDocument['groups']) => ({ ...base, groups });

describe('mergeDocuments', () => {
  it('keeps both sets of edits when they touch different places', () => {
    const mine = setAt(base, ['groups', 0, 'mark'], 7);
    const theirs = setAt(base, ['pools', 0, 'healthCheck', 'port'], 443);
    const { document, conflicts } = mergeDocuments(base, mine, theirs);
    expect(conflicts).toEqual([]);
    expect(document.groups[0]?.mark).toBe(7);
    expect(document.pools[0]?.healthCheck.port).toBe(443);
  });

  it('keeps my value and names the place when both changed it', () => {
    const mine = setAt(base, ['groups', 0, 'mark'], 7);
    const theirs = setAt(base, ['groups', 0, 'mark'], 8);
    const { document, conflicts } = mergeDocuments(base, mine, theirs);
    expect(document.groups[0]?.mark).toBe(7);
    expect(conflicts).toEqual(['groups.everything.mark']);
  });

  it('keeps objects that each side added, and leaves out what one side removed', () => {
    const mine = { ...base, groups: [...base.groups, group('mine', 2)] };
    const theirs = { ...base, gateways: [], groups: [...base.groups, group('theirs', 3)] };
    const { document } = mergeDocuments(base, mine, theirs);
    expect(document.groups.map(({ name }) => name)).toEqual(['everything', 'mine', 'theirs']);
    expect(document.gateways).toEqual([]);
  });
});

describe('the order of groups, which decides which mark wins', () => {
  const [a, b, c] = [group('a', 1), group('b', 2), group('c', 3)];
  const was = withGroups(a, b, c);
  /** By letters; a capital one is edited, one that is not in `abc` is new. */
  const ordered = (letters: string) =>
    withGroups(...[...letters].map((letter) => group(letter.toLowerCase(), letter === letter.toUpperCase() ? 9 : 1)));

  it.each([
    ['theirs, when only they moved', 'Abc', 'cab', 'cAb', []],
    ['mine, when only I moved', 'cab', 'Abc', 'cAb', []],
    ['of both, when both moved alike', 'Cab', 'cAb', 'CAb', []],
    ['mine, and it is said, when both moved differently', 'bac', 'cab', 'bac', ['groups (order)']],
    ['theirs around what they put in between', 'Abc', 'axbc', 'Axbc', []],
    ['theirs around what I put in between', 'axbc', 'cab', 'caxb', []],
    ['theirs without what I removed', 'Ac', 'cab', 'cA', []],
    ['theirs of digits, which are names too', 'Abc', '7abc', '7Abc', []],
  ])('is %s', (_what, mine, theirs, expected, conflicts) => {
    const merged = mergeDocuments(ordered('abc'), ordered(mine), ordered(theirs));
    expect(merged.conflicts).toEqual(conflicts);
    const letters = merged.document.groups.map(({ name, mark }) => (mark === 9 ? name.toUpperCase() : name));
    expect(letters.join('')).toBe(expected);
  });

  it('is not merged by name while a name stands twice: both objects stay, and the list is named', () => {
    const twice = withGroups(a, b, { ...c, name: 'b' });
    const merged = mergeDocuments(was, twice, setAt(was, ['groups', 0, 'mark'], 8));
    expect(merged.document.groups.map(({ name }) => name)).toEqual(['a', 'b', 'b']);
    expect(merged.conflicts).toEqual(['groups']);
  });
});

describe('isSameValue', () => {
  it('does not mind the order of keys, nor keys that are undefined', () => {
    expect(isSameValue({ a: 1, b: { c: 2, d: [1, 2] } }, { b: { d: [1, 2], c: 2, e: undefined }, a: 1 })).toBe(true);
    expect(isSameValue({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
});
