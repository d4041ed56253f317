// The console as other tools meet it: metrics and the API by the reading token, probes by anybody.
import fs from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readingToken, readingTokenFile } from '@/lib/auth/reading-token';
import { seedDocument } from '@/lib/core/seed';
import { createTopology } from '@/lib/services/create-topology';
import { openTestWorker } from '@/lib/services/test-worker';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { apiApp } from './api';
import { probeApp } from './probe-app';

setUpTestDatabase();

const BASE = 'http://127.0.0.1:3000';
const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
let topologyId = '';

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  const input = { document: seedDocument('edge'), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
});

describe('/metrics', () => {
  it('answers the reading token with every pair, in text format 0.0.4', async () => {
    const answer = await probeApp.request(`${BASE}/metrics`, bearer(readingToken()));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ]);
    const lines = (await answer.text()).trimEnd().split('\n');
    expect(lines).toContain('lvs_pair_state{pair="edge",state="unknown"} 1');
    expect(lines).toContain('lvs_director_up{pair="edge",director="director1"} 0');
    const line = /^(# (HELP|TYPE) lvs_\w+ .+|lvs_\w+(\{(\w+="([^"\\\n]|\\.)*",?)+\})? -?[0-9.e+]+)$/;
    expect(lines.filter((each) => !line.test(each))).toEqual([]);
  });

  it.each([
    ['no token', {}],
    ['a wrong token', bearer('x'.repeat(43))],
    ['the token in another scheme', { headers: { authorization: `Basic ${'x'.repeat(20)}` } }],
  ])('is refused with %s, and says which scheme it takes', async (_what, init) => {
    const answer = await probeApp.request(`${BASE}/metrics`, init);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
  });
});

describe('the reading token', () => {
  it('is a file for its owner only, and another one as soon as the file is gone', async () => {
    const before = readingToken();
    expect(fs.statSync(readingTokenFile()).mode & 0o777).toBe(0o600);
    fs.rmSync(readingTokenFile());
    expect(readingToken()).not.toBe(before);
    expect((await probeApp.request(`${BASE}/metrics`, bearer(before))).status).toBe(401);
  });

  it('reads the API as a viewer and changes nothing', async () => {
    const init = bearer(readingToken());
    const read = await apiApp.request(`${BASE}/api/v1/live/${topologyId}`, init);
    expect([read.status, ((await read.json()) as { topologyId: string }).topologyId]).toEqual([200, topologyId]);
    expect((await apiApp.request(`${BASE}/api/v1/accounts`, init)).status).toBe(403);
    const change = { ...init, method: 'DELETE' };
    const refused = await apiApp.request(`${BASE}/api/v1/topologies/${topologyId}`, change);
    expect([refused.status, ((await refused.json()) as { code: string }).code]).toEqual([403, 'forbidden']);
  });
});

describe('probes', () => {
  const ready = async () => {
    const answer = await probeApp.request(`${BASE}/readyz`);
    return [answer.status, await answer.json()];
  };

  it('say that web lives without asking anything else', async () => {
    const answer = await probeApp.request(`${BASE}/healthz`);
    expect([answer.status, await answer.text()]).toEqual([200, 'ok\n']);
  });

  it('say that the console is ready only while the worker answers', async () => {
    expect(await ready()).toEqual([503, { database: 'answers', worker: 'away' }]);
    const worker = await openTestWorker();
    worker.answer.ping = async () => ({});
    const untilKeptIsOld = () => new Promise((resolve) => setTimeout(resolve, 1_100));
    await untilKeptIsOld();
    expect(await ready()).toEqual([200, { database: 'answers', worker: 'answers' }]);
    for (let again = 0; again < 20; again += 1) await ready();
    expect(worker.calls).toHaveLength(1);
    let release: (answer: Record<string, never>) => void = () => undefined;
    worker.answer.ping = () => new Promise((resolve) => (release = resolve));
    await untilKeptIsOld();
    expect(await ready()).toEqual([503, { database: 'answers', worker: 'away' }]);
    release({});
    await worker.close();
  });
});

describe('the OpenAPI document', () => {
  it('names the probes at the root, the API below its base, and both ways to authorize', async () => {
    const answer = await apiApp.request(`${BASE}/api/v1/openapi.json`);
    const document = (await answer.json()) as {
      paths: Record<string, object>;
      components: { securitySchemes: object; schemas: object };
    };
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/metrics', '/healthz', '/readyz', '/api/v1/live/{id}', '/api/v1/live/{id}/events']),
    );
    expect(Object.keys(document.components.securitySchemes)).toEqual(['session', 'readingToken']);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(['Problem', 'Readiness']));
  });
});
