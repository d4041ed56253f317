// The history of deploys over HTTP: pages that lead to each other, as other tools and as the browser's client follow them.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { getAuth } from '@/lib/auth/auth';
import { createSignInLink } from '@/lib/auth/sign-in-link';
import { addEndedDeploy, addPair } from '@/lib/services/test-deploys';
import { setUpTestDatabase } from '@/lib/testing/test-database';
import { apiApp } from './api';
import { api } from './client';

setUpTestDatabase();

const BASE = 'http://127.0.0.1:3000';
let cookie = '';
let [first, second] = ['', ''];
const numbers: number[] = [];

const get = (path: string) => apiApp.request(`${BASE}${path}`, { headers: { cookie } });

beforeAll(async () => {
  process.env.LVS_CONSOLE_URL = BASE;
  const link = await createSignInLink({ baseUrl: BASE, email: 'viewer@example.org', name: 'Viewer', role: 'viewer' });
  const answer = await getAuth().handler(new Request(link));
  cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
  vi.stubGlobal('fetch', get);
  [first, second] = [await addPair('first'), await addPair('second')];
  for (const pair of [first, second, first, first, second]) numbers.unshift(await addEndedDeploy(pair));
});
afterAll(() => vi.unstubAllGlobals());

/** Follows `Link` to the end; a page is its numbers. */
async function followFrom(path: string): Promise<number[][]> {
  const pages: number[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await get(next);
    expect(answer.status).toBe(200);
    pages.push(((await answer.json()) as { number: number }[]).map(({ number }) => number));
    next = /^<(.+)>; rel="next"$/.exec(answer.headers.get('link') ?? '')?.[1];
  }
  return pages;
}

describe('the pages of deploys', () => {
  it('lead from the newest deploy to the oldest, and the last one leads nowhere', async () => {
    const [a, b, c, d, e] = numbers;
    expect(await followFrom('/api/v1/deploys?limit=2')).toEqual([[a, b], [c, d], [e]]);
    expect(await followFrom('/api/v1/deploys?limit=5')).toEqual([numbers]);
    expect(await followFrom('/api/v1/deploys')).toEqual([numbers]);
  });

  it('stay with the pair that was asked for', async () => {
    const pages = await followFrom(`/api/v1/deploys?topologyId=${first}&limit=1`);
    expect(pages).toEqual([[numbers[1]], [numbers[2]], [numbers[4]]]);
    expect(await followFrom(`/api/v1/deploys?topologyId=${second}`)).toEqual([[numbers[0], numbers[3]]]);
  });

  it('are read by the client with whether there are more', async () => {
    const page = await api.listDeploys({ topologyId: first, limit: 2 });
    expect([page.rows.map(({ number }) => number), page.hasMore]).toEqual([[numbers[1], numbers[2]], true]);
    const older = await api.listDeploys({ topologyId: first, before: numbers[2], limit: 2 });
    expect([older.rows.map(({ number }) => number), older.hasMore]).toEqual([[numbers[4]], false]);
  });

  it.each(['before=', 'before=0', 'before=-1', 'before=1.5', 'before=newest', 'before=99999999999', 'limit=201'])(
    'are refused after %s, with the word that is wrong',
    async (query) => {
      const answer = await get(`/api/v1/deploys?${query}`);
      expect([answer.status, answer.headers.get('content-type')]).toEqual([422, 'application/problem+json']);
      expect(await answer.json()).toMatchObject({ code: 'invalid', diagnostics: [{ path: [query.split('=')[0]] }] });
    },
  );
});
