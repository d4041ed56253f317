// The end of a session is noticed by whatever was asked, and takes nothing away that a page holds.
import { describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '@/lib/api/client';
import { createQueryClient, holdsNothing } from './query-client';

const ended = new ApiProblem(401, 'unauthenticated', 'Sign in first.');
const ask = (client: ReturnType<typeof createQueryClient>, key: string, answer: () => Promise<unknown>) =>
  client.fetchQuery({ queryKey: [key], queryFn: answer, retry: false }).catch((error: unknown) => error);

describe('an ended session', () => {
  it('is noticed by a question and by a change, and not by another failure', async () => {
    const onEnd = vi.fn();
    const client = createQueryClient(onEnd);
    await ask(client, 'a', () => Promise.reject(new ApiProblem(503, 'unavailable', 'Away.')));
    await ask(client, 'b', () => Promise.reject(new TypeError('Failed to fetch')));
    expect(onEnd).toHaveBeenCalledTimes(0);
    await ask(client, 'c', () => Promise.reject(ended));
    expect(onEnd).toHaveBeenCalledTimes(1);
    const change = client.getMutationCache().build(client, { mutationFn: () => Promise.reject(ended) });
    await change.execute(undefined).catch(() => undefined);
    expect(onEnd).toHaveBeenCalledTimes(2);
    client.clear();
  });

  it('leaves what was read in the page', async () => {
    const client = createQueryClient(() => undefined);
    await ask(client, 'topologies', async () => ['one']);
    await ask(client, 'topologies', () => Promise.reject(ended));
    expect(client.getQueryData(['topologies'])).toEqual(['one']);
    client.clear();
  });

  it('lets a page be left only when it was just opened and has nothing', async () => {
    const client = createQueryClient(() => undefined);
    await ask(client, 'a', () => Promise.reject(ended));
    expect([holdsNothing(client, 800), holdsNothing(client, 60_000)]).toEqual([true, false]);
    await ask(client, 'b', async () => 1);
    expect(holdsNothing(client, 800)).toBe(false);
    client.clear();
  });
});
