// Speaks with one worker: one request at a time, and of the states that come meanwhile only the newest is asked about.
import type { WorkerAnswer } from './messages';

/** `state` is what the answer is about. */
export type TalkHandlers<State, Answer> = {
  onAnswer: (answer: Answer, state: State) => void;
  onFailure: (message: string, state: State) => void;
};
/** `previous`: what the worker was asked about before, so that a request needs to say only what changed. */
export type ToRequest<State, Request> = (previous: State | undefined, next: State, version: number) => Request;
type Port = Pick<Worker, 'postMessage' | 'addEventListener'>;

export function startTalk<State, Request, Answer>(
  worker: Port,
  toRequest: ToRequest<State, Request>,
  { onAnswer, onFailure }: TalkHandlers<State, Answer>,
): (state: State) => void {
  let asked: State | undefined;
  let waiting: State | undefined;
  let isBusy = false;
  let version = 0;
  const ask = (state: State) => {
    isBusy = true;
    version += 1;
    worker.postMessage(toRequest(asked, state, version));
    asked = state;
  };
  const goOn = () => {
    isBusy = false;
    const next = waiting;
    waiting = undefined;
    if (next !== undefined) ask(next);
  };
  worker.addEventListener('message', ({ data }: MessageEvent<WorkerAnswer<Answer>>) => {
    const about = asked as State;
    const isWhole = 'failure' in data || data.isEarly !== true;
    if (isWhole) goOn();
    if ('answer' in data) onAnswer(data.answer, about);
    else onFailure(data.failure, about);
  });
  // The program of the worker did not load, or died: it answers no more.
  worker.addEventListener('error', (event) => onFailure(event.message || 'its program did not load', asked as State));
  return (state) => {
    if (isBusy) waiting = state;
    else if (state !== asked) ask(state);
  };
}
