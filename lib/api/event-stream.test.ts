// Streams as a browser meets them: the state now, every change, a sign of life, and an end that leaves nothing behind.
import { beforeAll, describe, expect, it } from 'vitest';
import { getAuth } from '@/lib/auth/auth';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { seedDocument } from '@/lib/core/seed';
import type { Plan } from '@/lib/core/views/plan';
import { getDb } from '@/lib/db/client';
import { notify } from '@/lib/db/listen';
import { createTopology } from '@/lib/services/create-topology';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { apiApp } from './api';
import { closeStreams, openStreams } from './event-stream';

setUpTestDatabase();

const BASE = 'http://127.0.0.1:3000';
let cookie = '';
let topologyId = '';
let deployId = '';

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  const link = await createSignInLink({ baseUrl: BASE, email: 'a@example.org', name: 'A', role: 'viewer' });
  cookie = (await getAuth().handler(new Request(link))).headers.get('set-cookie')?.split(';')[0] ?? '';
  const ctx = contextOf('operator');
  ({ topologyId } = await createTopology({ ctx, input: { document: seedDocument(), message: '' } }));
  const body: Partial<Plan> = { hash: 'h' };
  await getDb().plan.create({ data: { id: 'p', topologyId, revision: 1, hash: 'h', body, createdBy: 'x' } });
  const head = { topologyId, revision: 1, planId: 'p', planHash: 'h', state: 'queued', author: 'x', generation: 1 };
  ({ id: deployId } = await getDb().deploy.create({ data: { ...head, openFor: topologyId } }));
});

async function openStream(path: string) {
  const answer = await apiApp.request(`${BASE}/api/v1${path}`, { headers: { cookie } });
  const reader = answer.body?.getReader();
  if (!reader) throw new Error('an event stream has a body');
  let text = '';
  /** The next event of that name; undefined when the stream has ended. */
  const next = async (event: string): Promise<unknown> => {
    for (;;) {
      const [whole, data] = new RegExp(`event: ${event}\\ndata: (.*)\\n\\n`).exec(text) ?? [];
      if (whole !== undefined && data !== undefined) {
        text = text.slice(text.indexOf(whole) + whole.length);
        return JSON.parse(data) as unknown;
      }
      const { done, value } = await reader.read();
      if (done) return undefined;
      text += new TextDecoder().decode(value);
    }
  };
  return { answer, next, cancel: () => reader.cancel() };
}

async function untilNoneIsOpen(): Promise<void> {
  for (const deadline = Date.now() + 5_000; openStreams() > 0;) {
    if (Date.now() > deadline) throw new Error(`${openStreams()} streams are still open`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the stream of a deploy', () => {
  it('tells the state now, each change, and ends with the deploy', async () => {
    const { answer, next } = await openStream(`/deploys/${deployId}/events`);
    expect(answer.headers.get('content-type')).toContain('text/event-stream');
    expect(await next('deploy')).toMatchObject({ id: deployId, state: 'queued' });
    for (const state of ['running', 'verified']) {
      await getDb().deploy.update({ where: { id: deployId }, data: { state } });
      await notify(getDb(), 'deploy', deployId);
      expect(await next('deploy')).toMatchObject({ state });
    }
    expect(await next('deploy')).toBeUndefined();
    await untilNoneIsOpen();
  });

  it('of a deploy that does not exist is a 404, not an empty stream', async () => {
    const answer = await apiApp.request(`${BASE}/api/v1/deploys/none/events`, { headers: { cookie } });
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([404, 'not-found']);
  });
});

describe('the stream of a pair', () => {
  it('tells both directors as last read, and again when one was read', async () => {
    const { next, cancel } = await openStream(`/live/${topologyId}/events`);
    expect(await next('live')).toMatchObject({ topologyId, state: 'unknown' });
    const { id } = await getDb().director.findFirstOrThrow({ where: { topologyId } });
    await notify(getDb(), 'live', 'a director of another pair');
    await notify(getDb(), 'live', id);
    expect(await next('live')).toMatchObject({ topologyId });
    await cancel();
    await untilNoneIsOpen();
  });

  it('gives a sign of life at once and about every five seconds', async () => {
    const { next, cancel } = await openStream(`/live/${topologyId}/events`);
    const first = Number(await next('ping'));
    const second = Number(await next('ping'));
    expect(second - first).toBeGreaterThan(4_000);
    expect(second - first).toBeLessThan(7_000);
    await cancel();
    await untilNoneIsOpen();
  });

  it('ends for every reader when the process is to stop, and a later one at once', async () => {
    const streams = await Promise.all([1, 2, 3].map(() => openStream(`/live/${topologyId}/events`)));
    for (const { next } of streams) await next('live');
    expect(openStreams()).toBe(3);
    closeStreams();
    for (const { next } of streams) expect(await next('live')).toBeUndefined();
    await untilNoneIsOpen();
    expect(await (await openStream(`/live/${topologyId}/events`)).next('ping')).toBeUndefined();
  });
});
