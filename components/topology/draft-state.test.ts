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
    const after = reduceDraft(state, { type: 'saved', revision: 4, base: state.document });
    expect(isDirty(after)).toBe(false);
    expect(after.baseRevision).toBe(4);
  });

  it('keeps what was typed while it was saved, and its own undo', () => {
    const sent = reduceDraft(startDraft(saved, undefined), typed('edge', 0));
    const typedOn = reduceDraft(sent, { type: 'change', path: ['ftp'], value: true, at: 5_000 });
    const after = reduceDraft(typedOn, { type: 'saved', revision: 4, base: sent.document });
    expect(after.document).toMatchObject({ name: 'edge', ftp: true });
    expect(reduceDraft(after, { type: 'undo' }).document.name).toBe('edge');
  });

  it('cannot be undone to what was before somebody else’s revision: saving would take that back without a conflict', () => {
    const edited = reduceDraft(startDraft(saved, undefined), typed('edge', 0));
    const undone = reduceDraft(reduceDraft(edited, typed('edges', 9_000)), { type: 'undo' });
    const theirs = setAt(saved.document, ['logForwarded'], true);
    const merged = setAt(theirs, ['name'], 'edge');
    const rebased = reduceDraft(undone, { type: 'rebase', revision: 4, base: theirs, document: theirs });
    const reapplied = reduceDraft(rebased, { type: 'edit', document: merged, at: 10_000 });
    let state = reapplied;
    const seen = (['undo', 'undo', 'redo', 'redo'] as const).map((type) => {
      state = reduceDraft(state, { type });
      return state.document;
    });
    expect(seen.map(({ logForwarded }) => logForwarded)).toEqual([true, true, true, true]);
    expect(seen.map(({ name }) => name)).toEqual(['fwmark-seed', 'fwmark-seed', 'edge', 'edge']);
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
