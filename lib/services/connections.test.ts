// Who may look and search, and that both are asked of a director of this pair only; the worker is a stand-in that keeps what it was asked.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { ConnectionPage, ConnectionSearch, NamedConnection } from '@/lib/core/views/connections';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { exportSearch, readConnections, readSearchRows, startSearch, stopSearch } from './connections';
import { createTopology } from './create-topology';
import { openTestWorker, type TestWorker } from './test-worker';

setUpTestDatabase();

const NO_FILTER = { client: '', virtual: '', realServer: '', port: '', state: '', origin: '' } as const;
const counts = { groups: [], realServers: [], states: [], networks: [], origins: [], isCut: false };
const page: ConnectionPage = {
  ...{ director: 'director1', readAt: '', rows: [], total: 0, seen: 0, found: 0, isWhole: true, counts, odd: 0 },
  ...{ diagnostics: [], boundMs: 50, tookMs: 1, cpuMs: 1, reason: '' },
};
const search: ConnectionSearch = {
  ...{ id: 'known', director: 'director1', filter: NO_FILTER, by: 'a', startedAt: '', state: 'running' },
  ...{ total: 1, seen: 0, found: 0, isWhole: false, counts },
};
const row: NamedConnection = {
  ...{ protocol: 'tcp', client: '203.0.113.9:1', virtual: '192.168.0.7:80', realServer: '192.168.6.2:80' },
  ...{ state: 'ESTABLISHED', expiresSeconds: 9, kind: 'connection' },
};
let worker: TestWorker;
let topologyId = '';
let ids: Record<string, string> = {};

beforeAll(async () => {
  ({ topologyId } = await createTopology({
    ctx: contextOf('operator'),
    input: { document: seedDocument(), message: '' },
  }));
  const rows = await getDb().director.findMany({ where: { topologyId } });
  ids = Object.fromEntries(rows.map(({ name, id }) => [name, id]));
  worker = await openTestWorker();
  worker.answer.readConnections = async () => page;
  worker.answer.startSearch = async () => search;
  worker.answer.stopSearch = async () => ({ ...search, state: 'stopped' });
  worker.answer.listSearches = async ({ directorIds }) =>
    directorIds.includes(ids['director1'] ?? '') ? [search] : [];
  worker.answer.readSearchRows = async ({ offset, limit }) => ({
    ...{ offset, rows: Array.from({ length: Math.max(Math.min(4_500 - offset, limit), 0) }, () => row) },
  });
});
afterAll(() => worker.close());

describe('a look', () => {
  it('is asked of the director of this pair, and of no other', async () => {
    const filter = { ...NO_FILTER, client: '203.0.113.9' };
    const ask = (director: string) =>
      readConnections({ ctx: contextOf('viewer'), input: { topologyId, director, limit: 5, filter } });
    expect(await ask('director1')).toEqual(page);
    expect(worker.calls.at(-1)).toEqual({
      ...{ verb: 'readConnections', input: { directorId: ids['director1'], limit: 5, filter } },
    });
    await expect(ask('director9')).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('a search', () => {
  const input = () => ({ topologyId, director: 'director1', filter: { ...NO_FILTER, port: '80' } });

  it('is started and stopped by operators, and is in the audit trail', async () => {
    await expect(startSearch({ ctx: contextOf('viewer'), input: input() })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await startSearch({ ctx: contextOf('operator'), input: input() })).toEqual(search);
    const [audit] = await getDb().auditRow.findMany({ where: { action: 'connections.search' } });
    expect(audit).toMatchObject({
      target: `${topologyId}/director1`,
      after: { search: 'known', filter: { port: '80' } },
    });
    const stop = (ctx: ReturnType<typeof contextOf>, id: string) => stopSearch({ ctx, input: { topologyId, id } });
    await expect(stop(contextOf('viewer'), 'known')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(stop(contextOf('operator'), 'other')).rejects.toMatchObject({ code: 'not-found' });
    expect(await stop(contextOf('operator'), 'known')).toMatchObject({ state: 'stopped' });
  });

  it('of another pair cannot be read by its id', async () => {
    const document = seedDocument('other-pair');
    const other = await createTopology({ ctx: contextOf('operator'), input: { document, message: '' } });
    const ask = (id: string) =>
      readSearchRows({ ctx: contextOf('viewer'), input: { topologyId: id, id: 'known', offset: 0, limit: 3 } });
    expect((await ask(topologyId)).rows).toHaveLength(3);
    await expect(ask(other.topologyId)).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is exported whole, a part at a time', async () => {
    const sizes: number[] = [];
    const parts = exportSearch({ ctx: contextOf('viewer'), input: { topologyId, id: 'known' } });
    for await (const rows of parts) sizes.push(rows.length);
    expect(sizes).toEqual([2_000, 2_000, 500]);
  });
});
