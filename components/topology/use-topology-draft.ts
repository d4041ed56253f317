'use client';
// The draft of one topology: reducer, copy in this browser's storage, and functions that stay the same from render to render.
import { useCallback, useReducer, useState } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { isDirty, reduceDraft, startDraft } from './draft-state';
import { loadDraft } from './draft-storage';
import { useStoredDraft } from './use-stored-draft';

export function useTopologyDraft(saved: TopologyRevision) {
  const [stored] = useState(() => loadDraft(saved.topologyId));
  const [state, dispatch] = useReducer(reduceDraft, undefined, () => startDraft(saved, stored));
  const hasEdits = isDirty(state);
  useStoredDraft(saved.topologyId, state, hasEdits);
  return {
    state,
    hasEdits,
    /** Edits found in this browser when the page opened. */
    restored: stored,
    change: useCallback(
      (path: DiagnosticPath, value: unknown) => dispatch({ type: 'change', path, value, at: Date.now() }),
      [],
    ),
    replace: useCallback((next: TopologyDocument, typedAt?: DiagnosticPath) => {
      const field = typedAt && printPath(typedAt);
      dispatch({ type: 'edit', document: next, field, at: Date.now() });
    }, []),
    undo: useCallback(() => dispatch({ type: 'undo' }), []),
    redo: useCallback(() => dispatch({ type: 'redo' }), []),
    markSaved: useCallback(
      ({ number, document }: TopologyRevision) => dispatch({ type: 'saved', revision: number, base: document }),
      [],
    ),
    /** On a revision that this draft did not make; `next` can be undone, what was before it cannot. */
    rebase: useCallback(
      (revision: TopologyRevision, next: TopologyDocument = revision.document) =>
        dispatch({ type: 'rebase', revision: revision.number, base: revision.document, document: next }),
      [],
    ),
  };
}
export type TopologyDraft = ReturnType<typeof useTopologyDraft>;
