'use client';
// The newest answer of a worker about a state of the page, and which state that was.
import { useEffect, useRef, useState } from 'react';
import { startTalk, type ToRequest } from './worker-talk';

/** `answer` stays the last one while the next is on its way; `about` tells them apart. */
export type Answered<State, Answer> = {
  answer: Answer | undefined;
  about: State | undefined;
  failure: string | undefined;
};

/** `start` and `toRequest` must be constants of a module: the worker lives as long as the component. */
export function useWorkerAnswer<State, Request, Answer>(
  start: () => Worker,
  toRequest: ToRequest<State, Request>,
  state: State,
): Answered<State, Answer> {
  const [answered, setAnswered] = useState<Answered<State, Answer>>({
    answer: undefined,
    about: undefined,
    failure: undefined,
  });
  const send = useRef<(state: State) => void>(undefined);
  useEffect(() => {
    const worker = start();
    send.current = startTalk<State, Request, Answer>(worker, toRequest, {
      onAnswer: (answer, about) => setAnswered({ answer, about, failure: undefined }),
      onFailure: (failure) => setAnswered((last) => ({ ...last, failure })),
    });
    return () => {
      send.current = undefined;
      worker.terminate();
    };
  }, [start, toRequest]);
  useEffect(() => send.current?.(state), [state]);
  return answered;
}
