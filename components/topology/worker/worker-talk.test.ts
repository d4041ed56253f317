// Fast typing never queues up work: the worker is asked about the newest state only, and told what changed since its last.
import { describe, expect, it } from 'vitest';
import { startTalk } from './worker-talk';

type Listener = (event: { data?: unknown; message?: string }) => void;

function fakeWorker() {
  const listeners: Record<string, Listener> = {};
  const requests: unknown[] = [];
  const port = {
    postMessage: (request: unknown) => void requests.push(request),
    addEventListener: (type: string, listener: unknown) => void (listeners[type] = listener as Listener),
  };
  return {
    port: port as unknown as Worker,
    requests,
    answer: (data: unknown) => listeners.message?.({ data }),
    die: (message: string) => listeners.error?.({ message }),
  };
}

function setUp() {
  const worker = fakeWorker();
  const heard: unknown[] = [];
  const send = startTalk<string, string, string>(
    worker.port,
    (previous, next, version) => `${version}: ${previous ?? 'nothing'} to ${next}`,
    {
      onAnswer: (answer, state) => heard.push([answer, state]),
      onFailure: (message, state) => heard.push([`failed: ${message}`, state]),
    },
  );
  return { ...worker, heard, send };
}

describe('startTalk', () => {
  it('skips the states that were overtaken while the worker was busy', () => {
    const { send, requests, answer, heard } = setUp();
    for (const state of ['a', 'b', 'c']) send(state);
    expect(requests).toEqual(['1: nothing to a']);
    answer({ answer: 'A' });
    expect(requests).toEqual(['1: nothing to a', '2: a to c']);
    answer({ answer: 'C' });
    expect(heard).toEqual([
      ['A', 'a'],
      ['C', 'c'],
    ]);
  });

  it('goes on after a failure of one state, and says which', () => {
    const { send, requests, answer, heard } = setUp();
    send('a');
    answer({ failure: 'no' });
    send('b');
    expect(heard).toEqual([['failed: no', 'a']]);
    expect(requests).toHaveLength(2);
  });

  it('says when the worker died', () => {
    const { send, die, heard } = setUp();
    send('a');
    die('gone');
    expect(heard).toEqual([['failed: gone', 'a']]);
  });

  it('does not ask twice about one state', () => {
    const { send, requests, answer } = setUp();
    send('a');
    answer({ answer: 'A' });
    send('a');
    expect(requests).toHaveLength(1);
  });
});
