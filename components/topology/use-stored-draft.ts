'use client';
// Keeps the draft in this browser's storage: a moment after the last edit, and at once when the page is left.
import { useEffect, useRef } from 'react';
import type { DraftState } from './draft-state';
import { storeDraft } from './draft-storage';

/** Writing a large document takes longer than the time between two keys. */
const PAUSE_MS = 400;

export function useStoredDraft(topologyId: string, state: DraftState, hasEdits: boolean): void {
  const { baseRevision, base, document } = state;
  const pending = useRef<() => void>(undefined);
  useEffect(() => {
    const write = () => {
      pending.current = undefined;
      const draft = { baseRevision, base, document, editedAt: new Date().toISOString() };
      storeDraft(topologyId, hasEdits ? draft : undefined);
    };
    pending.current = write;
    const timer = setTimeout(write, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [topologyId, hasEdits, baseRevision, base, document]);
  useEffect(() => {
    const flush = () => pending.current?.();
    addEventListener('pagehide', flush);
    return () => {
      removeEventListener('pagehide', flush);
      flush();
    };
  }, []);
}
