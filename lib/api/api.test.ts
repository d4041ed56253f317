// The HTTP API as a browser meets it: sign-in, origins, problems, and a document of every route.
import { beforeAll, describe, expect, it } from 'vitest';
import { getAuth } from '@/lib/auth/auth';
import { hasAdministrator } from '@/lib/auth/administrators';
import { getSessionAccount } from '@/lib/auth/session';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { getDb } from '@/lib/db/client';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { apiApp } from './api';
import { probeApp } from './probe-app';

setUpTestDatabase();

const BASE = 'http://127.0.0.1:3000';
let cookie = '';

async function openLink(link: string): Promise<Response> {
  return getAuth().handler(new Request(link));
}

async function request(path: string, init: RequestInit & { json?: unknown } = {}): Promise<Response> {
  const { json, headers, ...rest } = init;
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  return apiApp.request(`${BASE}/api/v1${path}`, {
    ...rest,
    ...body,
    headers: { cookie, ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
  });
}

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  expect(await hasAdministrator()).toBe(false);
  const link = await createSignInLink({ baseUrl: BASE, email: 'first@example.org', name: 'First', role: 'admin' });
  cookie = (await openLink(link)).headers.get('set-cookie')?.split(';')[0] ?? '';
});

describe('the one-time link', () => {
  it('signs the first administrator in, once', async () => {
    expect(await (await request('/session')).json()).toMatchObject({ email: 'first@example.org', role: 'admin' });
    expect(await hasAdministrator()).toBe(true);
    const link = await createSignInLink({ baseUrl: BASE, email: 'first@example.org', name: 'First', role: 'admin' });
    await openLink(link);
    expect((await openLink(link)).headers.get('set-cookie') ?? '').not.toContain('session_token');
  });

  it('is stored hashed: the database alone does not let anybody in', async () => {
    const link = await createSignInLink({ baseUrl: BASE, email: 'first@example.org', name: 'First', role: 'admin' });
    const token = new URL(link).searchParams.get('token') ?? '';
    const rows = await getDb().verification.findMany();
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(token);
  });

  it('cannot be asked for from outside, and nobody can sign up', async () => {
    for (const path of ['/sign-in/magic-link', '/sign-up/email']) {
      const body = JSON.stringify({ email: 'first@example.org', name: 'x', password: 'a long password' });
      const answer = await getAuth().handler(
        new Request(`${BASE}/api/auth${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', origin: BASE },
          body,
        }),
      );
      expect(answer.status, path).toBeGreaterThanOrEqual(400);
    }
    expect(await getDb().user.count()).toBe(1);
  });
});

describe('a session that is used', () => {
  const HOUR = 3_600_000;
  const row = () => getDb().session.findFirstOrThrow({ orderBy: { createdAt: 'asc' } });
  const leave = (ms: number) => getDb().session.updateMany({ data: { expiresAt: new Date(Date.now() + ms) } });

  it('slides in the database, and the answer takes the cookie of the browser along', async () => {
    await leave(11 * HOUR);
    const answer = await request('/session');
    const renewed = answer.headers.getSetCookie();
    expect(renewed).toEqual([expect.stringMatching(/^better-auth\.session_token=.*Max-Age=43200/)]);
    expect(renewed[0]?.startsWith(cookie)).toBe(true);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect((await row()).expiresAt.getTime()).toBeGreaterThan(Date.now() + 11.9 * HOUR);
    expect((await request('/session')).headers.getSetCookie()).toEqual([]);
  });

  it('is not renewed by a page, which could not take the cookie along', async () => {
    await leave(11 * HOUR);
    expect(await getSessionAccount(new Headers({ cookie }))).toMatchObject({ email: 'first@example.org' });
    expect((await row()).expiresAt.getTime()).toBeLessThan(Date.now() + 11.1 * HOUR);
  });

  it('that has ended takes no cookie away: somebody may have signed in again meanwhile', async () => {
    const answer = await request('/session', { headers: { cookie: `${cookie}x` } });
    expect([answer.status, answer.headers.getSetCookie()]).toEqual([401, []]);
  });
});

describe('requests', () => {
  it.each([['/topologies'], ['/directors'], ['/audit'], ['/deploys'], ['/console-key']])(
    '%s is refused without a session',
    async (path) => {
      const answer = await request(path, { headers: { cookie: '' } });
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({ code: 'unauthenticated' });
    },
  );

  it('refuse a change that comes from a page of another origin', async () => {
    const headers = { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' };
    const answer = await request('/topologies', { method: 'POST', json: { seed: true, name: 'forged' }, headers });
    expect(answer.status).toBe(403);
    expect(await getDb().topology.count({ where: { name: 'forged' } })).toBe(0);
  });

  it('answer wrong input with what and where', async () => {
    const answer = await request('/topologies', { method: 'POST', json: { seed: true } });
    expect(answer.status).toBe(422);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(((await answer.json()) as { diagnostics: unknown[] }).diagnostics.length).toBeGreaterThan(0);
  });

  it('create, save with a conflict that carries the other revision, and export', async () => {
    const created = (await (
      await request('/topologies', { method: 'POST', json: { seed: true, name: 'by-http' } })
    ).json()) as { topologyId: string; document: object };
    const path = `/topologies/${created.topologyId}`;
    const save = { baseRevision: 1, document: created.document, message: 'again' };
    expect((await request(path, { method: 'PUT', json: save })).status).toBe(200);
    const late = await request(path, { method: 'PUT', json: save });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ code: 'conflict', details: { current: { number: 2 } } });
    expect(await (await request(`${path}/document`)).text()).toMatch(/^apiVersion: lvs-console\/v1$/m);
  });

  it('removes with 204 and an empty body', async () => {
    const created = await request('/topologies', { method: 'POST', json: { seed: true, name: 'to-remove' } });
    const { topologyId } = (await created.json()) as { topologyId: string };
    const answer = await request(`/topologies/${topologyId}`, { method: 'DELETE' });
    expect([answer.status, await answer.text()]).toEqual([204, '']);
    expect((await request(`/topologies/${topologyId}`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each([
    ['that is not JSON', '{', 400],
    ['of a size that no document has', JSON.stringify({ text: 'x'.repeat(5 * 1024 * 1024) }), 413],
  ])('with a body %s are refused as the sender’s fault', async (_what, body, status) => {
    const headers = { 'content-type': 'application/json', 'content-length': String(body.length) };
    const answer = await request('/import', { method: 'POST', body, headers });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ code: 'invalid', status });
  });

  it.each(['text/plain', 'application/jsonx', 'application/x-www-form-urlencoded'])(
    'refuse a change that says to be %s',
    async (type) => {
      const body = JSON.stringify({ seed: true, name: 'formed' });
      const answer = await request('/topologies', { method: 'POST', body, headers: { 'content-type': type } });
      expect(answer.status).toBe(422);
      expect(await getDb().topology.count({ where: { name: 'formed' } })).toBe(0);
    },
  );

  it.each([
    ['192.0.2.5:3000', 'http://192.0.2.5:3000', 200],
    ['console.example', 'https://console.example', 200],
    ['192.0.2.5:3000', 'http://evil.example', 403],
    ['192.0.2.5:3000', 'http://192.0.2.5:8080', 403],
    ['192.0.2.5:3000', 'null', 403],
  ])(
    'sent to %s from a page of %s are answered with %i, when the browser tells no more than the origin',
    async (host, origin, status) => {
      const json = { seed: true, name: `from ${origin} ${host}`.slice(0, 60) };
      expect((await request('/topologies', { method: 'POST', json, headers: { host, origin } })).status).toBe(status);
    },
  );

  it('do not blame the sender for a stored document of another form', async () => {
    const topology = await getDb().topology.create({ data: { name: 'of-old', revision: 1 } });
    const row = {
      topologyId: topology.id,
      number: 1,
      author: 'x',
      message: '',
      deployable: true,
      errors: 0,
      warnings: 0,
    };
    await getDb().topologyRevision.create({ data: { ...row, document: { of: 'another form' } } });
    const answer = await request(`/topologies/${topology.id}`);
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([500, 'internal']);
    await getDb().topology.delete({ where: { id: topology.id } });
  });

  it('say that the worker is away, instead of hanging', async () => {
    const answer = await request('/console-key');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  });

  it('let a lower role see but not change', async () => {
    await getDb().user.updateMany({ where: { email: 'first@example.org' }, data: { role: 'viewer' } });
    expect((await request('/topologies')).status).toBe(200);
    const refused = await request('/topologies', { method: 'POST', json: { seed: true, name: 'by-viewer' } });
    expect(refused.status).toBe(403);
    await getDb().user.updateMany({ where: { email: 'first@example.org' }, data: { role: 'admin' } });
  });
});

describe('signing in', () => {
  const signIn = (headers: Record<string, string>, password: string) =>
    getAuth().handler(
      new Request(`${BASE}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ email: 'nobody@example.org', password }),
      }),
    );

  it.each([
    ['localhost:3000', 'http://localhost:3000', 401],
    ['192.0.2.5:3000', 'http://192.0.2.5:3000', 401],
    ['127.0.0.1:3000', 'http://evil.example', 403],
  ])('at %s from a page of %s is answered with %i', async (host, origin, status) => {
    const headers = { host, origin, cookie: 'any=1', 'x-forwarded-for': '192.0.2.200' };
    expect((await signIn(headers, 'not the password')).status).toBe(status);
  });

  it('is slowed down for an address that guesses', async () => {
    const codes: number[] = [];
    for (let guess = 0; guess < 10; guess += 1)
      codes.push((await signIn({ origin: BASE, 'x-forwarded-for': '192.0.2.201' }, `wrong guess ${guess}`)).status);
    expect(codes).toEqual([...Array(8).fill(401), 429, 429]);
  });
});

describe('accounts', () => {
  const account = { name: 'Second', email: 'second@example.org', password: 'correct horse battery', role: 'operator' };

  it('are made by an administrator and sign in with their password', async () => {
    expect((await request('/accounts', { method: 'POST', json: account })).status).toBe(200);
    const answer = await getAuth().handler(
      new Request(`${BASE}/api/auth/sign-in/email`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: BASE },
        body: JSON.stringify({ email: account.email, password: account.password }),
      }),
    );
    expect(answer.status).toBe(200);
    expect(JSON.stringify(await getDb().auditRow.findMany())).not.toContain(account.password);
  });

  it('leave an audit row for each sign-in', async () => {
    const rows = await getDb().auditRow.findMany({ where: { action: 'session.sign-in', actor: account.email } });
    expect(rows).toHaveLength(1);
  });

  it('lose every other session when the password is changed, and keep this one', async () => {
    const user = await getDb().user.findUniqueOrThrow({ where: { email: 'first@example.org' } });
    await openLink(await createSignInLink({ baseUrl: BASE, email: user.email, name: 'First', role: 'admin' }));
    expect(await getDb().session.count({ where: { userId: user.id } })).toBeGreaterThan(1);
    const set = (json: object) => request('/session/password', { method: 'POST', json });
    expect(await (await request('/session')).json()).toMatchObject({ hasPassword: false });
    expect((await set({ password: 'a new long password' })).status).toBe(200);
    expect(await (await request('/session')).json()).toMatchObject({ hasPassword: true });
    expect(await getDb().session.count({ where: { userId: user.id } })).toBe(1);
    expect((await request('/session')).status).toBe(200);
    const refused = await set({ password: 'one more long password', current: 'a wrong guess' });
    expect([refused.status, await refused.json()]).toMatchObject([422, { details: { field: 'current' } }]);
    const right = { password: 'one more long password', current: 'a new long password' };
    expect((await set(right)).status).toBe(200);
  });

  it.each(['/change-password', '/verify-password'])(
    'have no second way to their password: %s is closed',
    async (path) => {
      const body = JSON.stringify({ password: 'x', currentPassword: 'x', newPassword: 'one more long password' });
      const headers = { 'content-type': 'application/json', origin: BASE, cookie };
      const answer = await getAuth().handler(new Request(`${BASE}/api/auth${path}`, { method: 'POST', headers, body }));
      expect(answer.status).toBe(404);
    },
  );

  it('keep a last administrator', async () => {
    const { id } = await getDb().user.findFirstOrThrow({ where: { email: 'first@example.org' } });
    expect((await request(`/accounts/${id}`, { method: 'PATCH', json: { role: 'viewer' } })).status).toBe(409);
  });
});

describe('the OpenAPI document', () => {
  it('names every route that is served', async () => {
    const document = (await (await apiApp.request(`${BASE}/api/v1/openapi.json`)).json()) as {
      paths: Record<string, object>;
    };
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const served = [...apiApp.routes, ...probeApp.routes]
      .filter(({ method, path }) => method !== 'ALL' && !path.endsWith('openapi.json'))
      .map(({ method, path }) => `${method} ${path.replace('/api/v1', '').replace(/:(\w+)(\{[^}]*\})?/g, '{$1}')}`);
    expect(new Set(documented.map((each) => each.replace('/api/v1', '')))).toEqual(new Set(served));
    expect(served.length).toBeGreaterThan(25);
  });
});
