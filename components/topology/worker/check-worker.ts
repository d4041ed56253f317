// Web worker: runs every check on the draft off the page's own thread, so that typing never waits for them.
import { checkTopology } from '@/lib/core/check';
import type { TopologyDocument } from '@/lib/core/document';
import { applyPatch } from './document-patch';
import type { CheckAnswer, CheckRequest, WorkerAnswer } from './messages';

let document: TopologyDocument | undefined;

function answer({ version, patch }: CheckRequest): CheckAnswer {
  const started = performance.now();
  document = applyPatch(document, patch);
  const diagnostics = checkTopology(document);
  return { version, diagnostics, elapsedMs: performance.now() - started };
}

addEventListener('message', ({ data }: MessageEvent<CheckRequest>) => {
  const post = (message: WorkerAnswer<CheckAnswer>) => postMessage(message);
  try {
    post({ answer: answer(data) });
  } catch (error) {
    post({ failure: error instanceof Error ? error.message : String(error) });
  }
});
