// Undo, redo and the base of a draft.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { setAt } from './document-path';
import { isDirty, reduceDraft, startDraft } from './draft-state';

const saved = { number: 3, document: seedDocument() };
const typed = (name: string, at: number) =>
  ({ type: 'edit', document: setAt(saved.document, ['name'], name), field: 'name', at }) as const;

describe('draft', () => {
  it('takes typing in one field as one step of undo', () => {
    const state = [typed('e', 0), typed('ed', 100), typed('edge', 200)].reduce(
      reduceDraft,
      startDraft(saved, undefined),
    );
    expect(state.document.name).toBe('edge');
    const undone = reduceDraft(state, { type: 'undo' });
    expect(undone.document).toBe(saved.document);
    expect(isDirty(undone)).toBe(false);
    expect(reduceDraft(undone, { type: 'redo' }).document.name).toBe('edge');
  });

  it('is dirty only while it differs from its base', () => {
    const state = reduceDraft(startDraft(saved, undefined), typed('edge', 0));
    expect(isDirty(state)).toBe(true);
    const rebased = reduceDraft(state, { type: 'rebase', revision: 4, base: state.document, document: state.document });
    expect(isDirty(rebased)).toBe(false);
    expect(rebased.baseRevision).toBe(4);
  });

  it('offers the saved revision by undo when stored edits were found', () => {
    const document = setAt(saved.document, ['name'], 'edge');
    const state = startDraft(saved, {
      baseRevision: 2,
      base: saved.document,
      document,
      editedAt: '2026-11-23T00:00:00Z',
    });
    expect(state.baseRevision).toBe(2);
    expect(reduceDraft(state, { type: 'undo' }).document).toBe(saved.document);
  });
});
