// Web worker: generates the files of the draft off the page's own thread. The only part of the page that knows the generators.
import type { PreviewAnswer, PreviewRequest, WorkerAnswer } from './messages';
import { startPreviewSession } from './preview-session';

const session = startPreviewSession();

addEventListener('message', ({ data }: MessageEvent<PreviewRequest>) => {
  const post = (answer: WorkerAnswer<PreviewAnswer>) => postMessage(answer);
  try {
    const { early, whole } = session(data);
    if (early) post({ answer: early, isEarly: true });
    post({ answer: whole() });
  } catch (error) {
    post({ failure: error instanceof Error ? error.message : String(error) });
  }
});
