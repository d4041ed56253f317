// The planned failover as a verb: refused where its check says no, once at a time, and never beside a deploy.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { AccountRole } from '@/lib/core/views/account';
import type { LiveHost } from '@/lib/core/views/live';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { getFailoverCheck, startFailover } from './failover';
import { listVerbs } from './list-verbs';
import { startDeploy } from './start-deploy';
import { openTestWorker, type TestWorker } from './test-worker';

setUpTestDatabase();

let worker: TestWorker;
let topologyId = '';
let serial = 0;

beforeAll(async () => {
  worker = await openTestWorker();
  worker.answer.countEntries = async () => ({ count: 4 });
});
afterAll(() => worker.close());

beforeEach(async () => {
  serial += 1;
  worker.calls.length = 0;
  worker.answer.startFailover = async () => ({});
  const input = { document: seedDocument(`failover-${serial}`), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
  await readAs('director1', { role: 'active', syncDaemon: [{ role: 'master', interface: 'eth1', syncId: 7 }] });
  await readAs('director2', { syncDaemon: [{ role: 'backup', interface: 'eth1', syncId: 7 }] });
});

async function readAs(name: string, change: Partial<LiveHost>): Promise<void> {
  const { id } = await getDb().director.findUniqueOrThrow({ where: { topologyId_name: { topologyId, name } } });
  const frame = {
    ...{ director: name, readAt: new Date().toISOString(), role: 'standby', heldVirtualAddresses: [], services: [] },
    ...{ statistics: [], rates: [], rules: [], syncDaemon: [], daemons: { heartbeat: 'running' }, pollMs: 1 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '1-a', confirmed: '1-a', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
    ...change,
  };
  await getDb().liveFrame.upsert({ where: { directorId: id }, create: { directorId: id, frame }, update: { frame } });
}

const start = (change: object = {}, role: AccountRole = 'operator') =>
  startFailover({
    ctx: contextOf(role),
    input: { topologyId, from: 'director1', to: 'director2', accepted: [], ...change },
  });
const rows = () => getDb().failover.findMany({ where: { topologyId } });
const audit = () => getDb().auditRow.findMany({ where: { target: `failover-${serial}`, action: 'failover.start' } });

describe('a planned failover', () => {
  it('is checked, written down with its audit row, and given to the worker', async () => {
    const check = await getFailoverCheck({ ctx: contextOf('operator'), input: { topologyId } });
    expect(check).toMatchObject({ from: 'director1', to: 'director2' });
    expect(check.findings.filter(({ state }) => state !== 'ok').map(({ code }) => code)).toEqual(['health']);
    const { id, state } = await start();
    expect(state).toBe('running');
    expect(worker.calls.filter(({ verb }) => verb === 'startFailover')).toMatchObject([{ input: { failoverId: id } }]);
    expect(await audit()).toMatchObject([
      { before: { active: 'director1' }, after: { to: 'director2', warnings: [] }, actor: 'operator@example.org' },
    ]);
    const { failovers } = await listVerbs({ ctx: contextOf('viewer'), input: { topologyId } });
    expect(failovers).toMatchObject([{ id, state: 'running', author: 'operator@example.org' }]);
  });

  it('is one of many clicks', async () => {
    const clicks = await Promise.allSettled(Array.from({ length: 4 }, () => start()));
    expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect([await rows(), await audit()].map(({ length }) => length)).toEqual([1, 1]);
  });

  it('goes past the warnings that were shown, and past no other', async () => {
    await readAs('director2', {});
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('No sync backup') as string,
    });
    expect(await rows()).toEqual([]);
    expect(await start({ accepted: ['sync'] })).toMatchObject({ warnings: ['sync'] });
  });

  it.each([
    ['a viewer', {}, 'viewer', 'forbidden'],
    ['the wrong way round', { from: 'director2', to: 'director1' }, 'operator', 'conflict'],
  ] as const)('is refused for %s', async (_what, change, role, code) => {
    await expect(start(change, role)).rejects.toMatchObject({ code });
    expect([await rows(), await audit()]).toEqual([[], []]);
  });

  it('is refused when the standby runs no heartbeat, whatever was accepted', async () => {
    await readAs('director2', { daemons: { heartbeat: 'stopped' } });
    await expect(start({ accepted: ['daemon', 'sync'] })).rejects.toMatchObject({ code: 'conflict' });
    expect(await rows()).toEqual([]);
  });

  it('and a deploy never run beside each other', async () => {
    const plan = { planId: `plan-${serial}`, planHash: 'abc' };
    const body = {
      ...{ id: plan.planId, topologyId, revision: 1, hash: 'abc', createdAt: '', createdBy: 'x', mode: 'rolling' },
      ...{ hosts: [], summary: [], objects: [], impact: [], timerSeconds: 60, problems: [], deployable: true },
    };
    await getDb().plan.create({
      data: { id: plan.planId, topologyId, revision: 1, hash: 'abc', createdBy: 'x', body },
    });
    await start();
    await expect(startDeploy({ ctx: contextOf('operator'), input: plan })).rejects.toMatchObject({
      ...{ code: 'busy', next: expect.stringContaining('until the failover has ended') as string },
    });
    await getDb().failover.updateMany({ where: { topologyId }, data: { openFor: null, state: 'done' } });
    await startDeploy({ ctx: contextOf('operator'), input: plan });
    await expect(start()).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/^Deploy \d+ of this pair is open/) as string,
    });
  });

  it('is over at once when the worker does not take it', async () => {
    worker.answer.startFailover = () => Promise.reject(new Error('away'));
    await expect(start()).rejects.toThrow();
    expect(await rows()).toMatchObject([{ state: 'failed', openFor: null }]);
  });
});
