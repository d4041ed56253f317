'use client';
// The generated files of the draft and what changed in them since the saved revision, from the worker that renders.
import { useMemo } from 'react';
import type { TopologyDocument } from '@/lib/core/document';
import { diffDocuments } from '../worker/document-patch';
import type { PreviewAnswer, PreviewRequest } from '../worker/messages';
import { useWorkerAnswer } from '../worker/use-worker-answer';

type PreviewState = { document: TopologyDocument; saved: TopologyDocument; open: string | undefined };

const start = () => new Worker(new URL('../worker/preview-worker.ts', import.meta.url), { type: 'module' });

function toRequest(previous: PreviewState | undefined, next: PreviewState, version: number): PreviewRequest {
  const request = { version, patch: diffDocuments(previous?.document, next.document), open: next.open };
  return previous?.saved === next.saved ? request : { ...request, saved: diffDocuments(previous?.saved, next.saved) };
}

export function usePreview(document: TopologyDocument, saved: TopologyDocument, open: string | undefined) {
  const state = useMemo(() => ({ document, saved, open }), [document, saved, open]);
  const { answer, about, failure } = useWorkerAnswer<PreviewState, PreviewRequest, PreviewAnswer>(
    start,
    toRequest,
    state,
  );
  return { preview: answer, isFresh: about?.document === document, failure };
}
