// A worker that applies the patches holds the document of the page, whatever the edits were.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import { newGroup, newPool, newRange } from '../document-edits';
import { appendAt, moveTo, removeAt, setAt } from '../document-path';
import { applyPatch, diffDocuments } from './document-patch';

type Edit = (document: TopologyDocument) => TopologyDocument;

const edits: Edit[] = [
  (document) => appendAt(document, ['ranges'], newRange(document)),
  (document) => appendAt(document, ['groups'], newGroup(document)),
  (document) => appendAt(document, ['pools'], newPool(document)),
  (document) => removeAt(document, ['ranges'], 0),
  (document) => moveTo(document, ['groups'], 0, document.groups.length - 1),
  (document) => setAt(document, ['ftp'], !document.ftp),
  (document) => setAt(document, ['vrrp'], document.vrrp ? undefined : { advertSeconds: 2 }),
  (document) => (document.ranges[0] ? setAt(document, ['ranges', 0, 'addresses'], '203.0.113.0/28') : document),
];

describe('diffDocuments', () => {
  it('gives patches that lead from any version to the next', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...edits), { maxLength: 12 }), (steps) => {
        let page = seedDocument();
        let copy = applyPatch(undefined, structuredClone(diffDocuments(undefined, page)));
        for (const step of steps) {
          const next = step(page);
          copy = applyPatch(copy, structuredClone(diffDocuments(page, next)));
          page = next;
          expect(copy).toEqual(page);
        }
      }),
    );
  });

  it('names one item only, however long its list is', () => {
    const ranges = Array.from({ length: 10_000 }, (_, at) => ({ name: `r${at}`, addresses: '203.0.113.1' }));
    const before = { ...seedDocument(), ranges };
    const after = setAt(before, ['ranges', 7, 'addresses'], '203.0.113.2');
    expect(diffDocuments(before, after)).toEqual({
      ranges: { items: [[7, { name: 'r7', addresses: '203.0.113.2' }]] },
    });
  });
});
