'use client';
// The draft of one topology: reducer, copy in this browser's storage, warning before the page is left.
import { useEffect, useReducer, useState } from 'react';
import type { DiagnosticPath } from '@/lib/core/diagnostic';
import { printPath } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { setAt } from './document-path';
import { isDirty, reduceDraft, startDraft } from './draft-state';
import { loadDraft, storeDraft } from './draft-storage';

export function useTopologyDraft(saved: TopologyRevision) {
  const { topologyId } = saved;
  const [stored] = useState(() => loadDraft(topologyId));
  const [state, dispatch] = useReducer(reduceDraft, undefined, () => startDraft(saved, stored));
  const hasEdits = isDirty(state);
  const { baseRevision, base, document } = state;

  useEffect(() => {
    const draft = { baseRevision, base, document, editedAt: new Date().toISOString() };
    storeDraft(topologyId, hasEdits ? draft : undefined);
  }, [topologyId, hasEdits, baseRevision, base, document]);

  return {
    state,
    hasEdits,
    /** Edits found in this browser when the page opened. */
    restored: stored,
    change: (path: DiagnosticPath, value: unknown) =>
      dispatch({ type: 'edit', document: setAt(document, path, value), field: printPath(path), at: Date.now() }),
    replace: (next: TopologyDocument) => dispatch({ type: 'edit', document: next, at: Date.now() }),
    undo: () => dispatch({ type: 'undo' }),
    redo: () => dispatch({ type: 'redo' }),
    rebase: (revision: TopologyRevision, next: TopologyDocument = revision.document) =>
      dispatch({ type: 'rebase', revision: revision.number, base: revision.document, document: next }),
  };
}
export type TopologyDraft = ReturnType<typeof useTopologyDraft>;
