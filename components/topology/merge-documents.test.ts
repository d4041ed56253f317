// Re-applying edits on top of a colleague's revision.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { setAt } from './document-path';
import { isSame, mergeDocuments } from './merge-documents';

const base = seedDocument();

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
    const group = (name: string, mark: number) => ({ name, mark, matches: [], scheduler: 'rr' as const, pool: 'web' });
    const mine = { ...base, groups: [...base.groups, group('mine', 2)] };
    const theirs = { ...base, gateways: [], groups: [...base.groups, group('theirs', 3)] };
    const { document } = mergeDocuments(base, mine, theirs);
    expect(document.groups.map(({ name }) => name)).toEqual(['everything', 'mine', 'theirs']);
    expect(document.gateways).toEqual([]);
  });
});

describe('isSame', () => {
  it('does not mind the order of keys, nor keys that are undefined', () => {
    expect(isSame({ a: 1, b: { c: 2, d: [1, 2] } }, { b: { d: [1, 2], c: 2, e: undefined }, a: 1 })).toBe(true);
    expect(isSame({ a: [1, 2] }, { a: [2, 1] })).toBe(false);
  });
});
