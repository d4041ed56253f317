// Streams as a browser meets them: the state now, every change, a sign of life, and an end that leaves nothing behind.
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { pipeToNodeResponse } from 'next/dist/server/pipe-readable';
import { beforeAll, describe, expect, it } from 'vitest';
import { getAuth } from '@/lib/auth/auth';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { seedDocument } from '@/lib/core/seed';
import type { LiveHost, LivePair } from '@/lib/core/views/live';
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

async function signIn(): Promise<string> {
  const link = await createSignInLink({ baseUrl: BASE, email: 'a@example.org', name: 'A', role: 'viewer' });
  return (await getAuth().handler(new Request(link))).headers.get('set-cookie')?.split(';')[0] ?? '';
}

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  cookie = await signIn();
  const ctx = contextOf('operator');
  ({ topologyId } = await createTopology({ ctx, input: { document: seedDocument(), message: '' } }));
  const body: Partial<Plan> = { hash: 'h' };
  await getDb().plan.create({ data: { id: 'p', topologyId, revision: 1, hash: 'h', body, createdBy: 'x' } });
  const head = { topologyId, revision: 1, planId: 'p', planHash: 'h', state: 'queued', author: 'x', generation: 1 };
  ({ id: deployId } = await getDb().deploy.create({ data: { ...head, openFor: topologyId } }));
});

async function openStream(path: string, headers: Record<string, string> = {}) {
  const answer = await apiApp.request(`${BASE}/api/v1${path}`, { headers: { cookie, ...headers } });
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
  return { answer, reader, next, cancel: () => reader.cancel() };
}

/** As the worker's poller does. */
async function writeFrame(pollMs: number, ipvsadm = ''): Promise<void> {
  const { id: directorId } = await getDb().director.findFirstOrThrow({ where: { topologyId, name: 'director1' } });
  const frame: LiveHost = {
    ...{ director: 'director1', readAt: new Date().toISOString(), role: 'active', heldVirtualAddresses: [] },
    ...{ services: [], statistics: [], rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs },
    terminal: { ipvsadm, mangle: '', nat: '', daemon: '' },
    release: { live: '', confirmed: '', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
  };
  await getDb().liveFrame.upsert({ where: { directorId }, create: { directorId, frame }, update: { frame } });
  await notify(getDb(), 'live', directorId);
}

const pollOf = (pair: unknown) => (pair as LivePair).hosts.find(({ director }) => director === 'director1')?.pollMs;
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

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
    expect(second - first).toBeLessThan(9_000);
    await cancel();
    await untilNoneIsOpen();
  });

  it('is JSON lines for a program that asks for them', async () => {
    const { answer, reader } = await openStream(`/live/${topologyId}/events`, { accept: 'application/x-ndjson' });
    expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
    let text = '';
    while (!text.includes('}\n')) text += new TextDecoder().decode((await reader.read()).value);
    expect(
      text
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([expect.objectContaining({ topologyId })]);
    await reader.cancel();
    await untilNoneIsOpen();
  });

  it('gives a reader that stood still the newest frame next, and none of those between', async () => {
    const { next, cancel } = await openStream(`/live/${topologyId}/events`);
    await next('live');
    for (let pollMs = 1; pollMs <= 40; pollMs += 1) await writeFrame(pollMs);
    await pause(300);
    expect(pollOf(await next('live'))).toBe(40);
    await writeFrame(41);
    expect(pollOf(await next('live'))).toBe(41);
    await cancel();
    await untilNoneIsOpen();
  });

  it('keeps no more for a browser that does not read than its socket holds, through Next’s own writer', async () => {
    const frameBytes = 500_000;
    const frames = 100;
    const server = http.createServer((request, response) => {
      void Promise.resolve(apiApp.request(`${BASE}${request.url ?? ''}`, { headers: { cookie } })).then((answer) => {
        response.writeHead(answer.status, Object.fromEntries(answer.headers));
        return answer.body && pipeToNodeResponse(answer.body, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.write(`GET /api/v1/live/${topologyId}/events HTTP/1.1\r\nHost: x\r\n\r\n`);
    await new Promise((resolve) => socket.once('readable', resolve));
    for (let pollMs = 101; pollMs <= 100 + frames; pollMs += 1) await writeFrame(pollMs, 'x'.repeat(frameBytes));
    await pause(500);
    let bytes = 0;
    let tail = '';
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        tail = (tail + chunk.toString('latin1')).slice(-2 * frameBytes);
        if (tail.includes(`"pollMs":${100 + frames}`)) resolve();
      });
    });
    expect(bytes).toBeLessThan((frames * frameBytes) / 3);
    socket.destroy();
    server.close();
    await untilNoneIsOpen();
  });

  it('ends within five seconds of sign-out, and those of other sessions go on', async () => {
    const leaving = await signIn();
    const staying = await openStream(`/live/${topologyId}/events`);
    const ended = await openStream(`/live/${topologyId}/events`, { cookie: leaving });
    await Promise.all([staying.next('live'), ended.next('live')]);
    const out = new Request(`${BASE}/api/auth/sign-out`, {
      method: 'POST',
      headers: { cookie: leaving, origin: BASE, 'content-type': 'application/json' },
      body: '{}',
    });
    const started = Date.now();
    expect((await getAuth().handler(out)).status).toBe(200);
    while ((await ended.reader.read()).done === false);
    expect(Date.now() - started).toBeLessThan(5_000);
    expect(openStreams()).toBe(1);
    await writeFrame(7);
    while (pollOf(await staying.next('live')) !== 7);
    await staying.cancel();
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
