'use client';
// The problems of the draft, from the worker that runs the checks; until its first answer those that the server found.
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { diffDocuments } from './worker/document-patch';
import type { CheckAnswer, CheckRequest } from './worker/messages';
import { useWorkerAnswer } from './worker/use-worker-answer';

export type Checked = {
  diagnostics: readonly Diagnostic[];
  /** False while the checks of the newest edit are still running. */
  isFresh: boolean;
  failure: string | undefined;
};

const start = () => new Worker(new URL('./worker/check-worker.ts', import.meta.url), { type: 'module' });
const toRequest = (previous: TopologyDocument | undefined, next: TopologyDocument, version: number): CheckRequest => ({
  version,
  patch: diffDocuments(previous, next),
});

export function useDiagnostics(document: TopologyDocument, saved: TopologyRevision): Checked {
  const { answer, about, failure } = useWorkerAnswer<TopologyDocument, CheckRequest, CheckAnswer>(
    start,
    toRequest,
    document,
  );
  return {
    diagnostics: answer?.diagnostics ?? saved.diagnostics,
    isFresh: about === document || (about === undefined && document === saved.document),
    failure,
  };
}
