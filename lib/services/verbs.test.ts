// Verbs of the live page through the services: forecast first, one revision and one deploy of exactly that plan, and the way back.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { diffDocuments } from '@/lib/core/diff-documents';
import type { TopologyDocument } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import type { AccountRole } from '@/lib/core/views/account';
import type { Plan } from '@/lib/core/views/plan';
import type { PairVerb, ServerVerb, StartedVerb, VerbBase } from '@/lib/core/views/verbs';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { saveDeployPolicy } from './deploy-gate';
import { forecastVerb } from './forecast-verb';
import { getTopology } from './get-topology';
import { listVerbs } from './list-verbs';
import { saveTopology } from './save-topology';
import { startVerb } from './start-verb';
import { openTestWorker, type TestWorker } from './test-worker';

setUpTestDatabase();

let worker: TestWorker;
let topologyId = '';
let serial = 0;
const ctx = () => contextOf('operator');
const server = { address: '192.168.6.2', pool: 'web' };
const drain: ServerVerb = { kind: 'drain', server };

/** Plans as the worker stores them, of what the document changes and of nothing that a director would say. */
async function storePlan(revision: number, document: TopologyDocument, deployable = true): Promise<Plan> {
  serial += 1;
  const { document: base } = await runningNow();
  const [id, hash] = [`plan-${serial}`, `hash-${serial}`];
  const plan: Plan = {
    ...{ id, topologyId, revision, hash, createdAt: new Date().toISOString(), createdBy: 'operator@example.org' },
    ...{ mode: 'rolling', hosts: [], summary: [], impact: [], timerSeconds: 60, problems: [], deployable },
    objects: diffDocuments(base, document),
  };
  await getDb().plan.create({ data: { id, topologyId, revision, hash, createdBy: 'operator', body: plan } });
  return plan;
}

async function runningNow() {
  const deploy = await getDb().deploy.findFirst({
    where: { topologyId, state: 'verified' },
    orderBy: { number: 'desc' },
  });
  return getTopology({ ctx: ctx(), input: { id: topologyId, revision: deploy?.revision } });
}

/** As if the worker had done it. */
const endDeploys = (state = 'verified') =>
  getDb().deploy.updateMany({ where: { topologyId, openFor: { not: null } }, data: { state, openFor: null } });

beforeAll(async () => {
  worker = await openTestWorker();
  worker.answer.makePlan = ({ revision, document }) => storePlan(revision, document!);
  worker.answer.startDeploy = async () => ({});
});
afterAll(() => worker.close());

beforeEach(async () => {
  serial += 1;
  const document = seedDocument(`verbs-${serial}`);
  document.pools[0]!.realServers[0]!.weight = 7;
  ({ topologyId } = await createTopology({ ctx: ctx(), input: { document, message: '' } }));
  await storePlan(1, document);
  const plan = { planId: `plan-${serial}`, planHash: `hash-${serial}` };
  await getDb().deploy.create({
    data: { topologyId, revision: 1, ...plan, state: 'verified', author: 'x', generation: 1 },
  });
});

const forecast = (verb: PairVerb, base: VerbBase = 'running', role: AccountRole = 'operator') =>
  forecastVerb({ ctx: contextOf(role), input: { topologyId, verb, base } });
async function run(verb: PairVerb, base: VerbBase = 'running', change: object = {}): Promise<StartedVerb> {
  const { newestRevision, runningRevision, plan } = await forecast(verb, base);
  const { id: planId, hash: planHash } = plan;
  const input = { topologyId, verb, base, newestRevision, runningRevision, planId, planHash, ...change };
  return startVerb({ ctx: ctx(), input });
}
const verbs = () => listVerbs({ ctx: contextOf('viewer'), input: { topologyId } });
const newest = () => getTopology({ ctx: ctx(), input: { id: topologyId } });
const serversOf = ({ document }: { document: TopologyDocument }) =>
  document.pools[0]!.realServers.map(({ address, weight }) => `${address} ${weight}`);

describe('a forecast', () => {
  it('saves nothing, and says what runs, what would change and that nobody is known to be active', async () => {
    const found = await forecast(drain);
    expect(found).toMatchObject({
      ...{ title: 'Drain 192.168.6.2 in pool web', newestRevision: 1, runningRevision: 1, pending: [], refusals: [] },
      plan: { revision: 2, objects: [{ kind: 'real server', name: '192.168.6.2', pool: 'web' }] },
    });
    expect(found.holders).toBeUndefined();
    expect((await newest()).number).toBe(1);
  });

  it.each([
    ['a viewer', drain, 'viewer', 'forbidden'],
    ['a real server that is not there', { kind: 'drain', server: { address: '192.168.6.9' } }, 'operator', 'invalid'],
    ['a revision that no verb made', { kind: 'undo', revision: 1 }, 'operator', 'invalid'],
  ] as const)('is refused for %s', async (_what, verb, role, code) => {
    await expect(forecast(verb, 'running', role)).rejects.toMatchObject({ code });
  });

  it('is refused before the first deploy', async () => {
    await getDb().deploy.deleteMany({ where: { topologyId } });
    await expect(forecast(drain)).rejects.toMatchObject({ code: 'conflict' });
  });
});

describe('a verb', () => {
  it('is one revision, one audit row and one deploy of the plan that was shown', async () => {
    const { revision, deployId } = await run(drain);
    expect(revision).toBe(2);
    expect(serversOf(await newest())).toEqual(['192.168.6.2 0', '192.168.6.3 1']);
    expect(await getDb().deploy.findUniqueOrThrow({ where: { id: deployId! } })).toMatchObject({
      ...{ revision: 2, state: 'queued', author: 'operator@example.org' },
    });
    const audit = await getDb().auditRow.findMany({
      where: { target: { startsWith: `verbs-` } },
      orderBy: { at: 'desc' },
    });
    expect(audit.filter(({ action }) => action === 'server.drain')).toHaveLength(1);
    expect(audit.find(({ action }) => action === 'server.drain')).toMatchObject({
      ...{ actor: 'operator@example.org', target: `${(await newest()).document.name}: 192.168.6.2` },
    });
  });

  it('comes back with the weight that it had, after a drain and a halt, and is listed until then', async () => {
    await run(drain);
    expect((await verbs()).servers).toMatchObject([
      { address: '192.168.6.2', state: 'drained', weightBefore: 7, revision: 2, isRunning: false },
    ]);
    await endDeploys();
    expect((await verbs()).servers).toMatchObject([{ isRunning: true, by: 'operator@example.org' }]);
    await run({ kind: 'halt', server });
    await endDeploys();
    expect(serversOf(await newest())).toEqual(['192.168.6.3 1']);
    expect((await verbs()).servers).toMatchObject([{ state: 'halted', weightBefore: 7, revision: 3, isRunning: true }]);
    await run({ kind: 'online', server });
    expect(serversOf(await newest())).toEqual(['192.168.6.2 7', '192.168.6.3 1']);
    expect((await verbs()).servers).toEqual([]);
  });

  it('knows the weight before a drain that somebody made in the editor', async () => {
    const { document } = await newest();
    document.pools[0]!.realServers[0]!.weight = 0;
    await saveTopology({ ctx: ctx(), input: { id: topologyId, baseRevision: 1, document, message: '' } });
    await saveTopology({ ctx: ctx(), input: { id: topologyId, baseRevision: 2, document, message: '' } });
    expect((await verbs()).servers).toMatchObject([{ state: 'drained', weightBefore: 7, revision: 2 }]);
  });

  it('is taken back by one more revision, and not when somebody changed the same real server since', async () => {
    await run(drain);
    await endDeploys();
    expect((await verbs()).recent).toMatchObject([{ revision: 2, canUndo: true }]);
    await run({ kind: 'undo', revision: 2 });
    await endDeploys();
    expect(serversOf(await newest())).toEqual(['192.168.6.2 7', '192.168.6.3 1']);
    expect((await verbs()).recent).toMatchObject([
      { revision: 3, canUndo: true },
      { revision: 2, canUndo: false, why: expect.stringContaining('changed again since') as string },
    ]);
    await expect(forecast({ kind: 'undo', revision: 2 })).rejects.toMatchObject({ code: 'invalid' });
  });
});

it('that was rolled back is taken back to what runs', async () => {
  await run(drain);
  await endDeploys('rolled-back');
  expect((await verbs()).servers).toMatchObject([{ state: 'drained', isRunning: false }]);
  await run({ kind: 'undo', revision: 2 });
  expect(serversOf(await newest())).toEqual(['192.168.6.2 7', '192.168.6.3 1']);
  expect((await verbs()).servers).toEqual([]);
});

describe('changes that nobody deployed', () => {
  beforeEach(async () => {
    const { document } = await newest();
    document.ftp = true;
    document.directors[0]!.management!.port = 2299;
    await saveTopology({ ctx: ctx(), input: { id: topologyId, baseRevision: 1, document, message: 'a draft' } });
  });

  it('are told, and stay out when the verb is made from what runs; the way to the directors stays', async () => {
    expect((await forecast(drain)).pending).toMatchObject([{ kind: 'topology', fields: [{ path: 'ftp' }] }]);
    await run(drain);
    const { document, message } = await newest();
    expect([document.ftp, document.directors[0]!.management!.port]).toEqual([false, 2299]);
    expect(message).toContain('Made from revision 1, which runs: what came after it, up to revision 2, is set aside');
  });

  it('go along when the verb is made from the newest revision', async () => {
    const { objects } = (await forecast(drain, 'newest')).plan;
    expect(objects.map(({ kind }) => kind)).toEqual(['topology', 'director', 'real server']);
    await run(drain, 'newest');
    expect((await newest()).document.ftp).toBe(true);
  });
});

describe('nothing is saved', () => {
  it('while a deploy of the pair is open', async () => {
    await run(drain);
    await expect(run({ kind: 'weight', weight: 3, server })).rejects.toMatchObject({ code: 'busy' });
    expect((await newest()).number).toBe(2);
  });

  it.each([
    ['somebody saved a revision', { newestRevision: 0 }, 'conflict'],
    ['another revision was deployed', { runningRevision: 0 }, 'conflict'],
    ['the plan is another one', { planHash: 'other' }, 'conflict'],
    ['the plan is not there', { planId: 'absent' }, 'conflict'],
    ['the plan is of another verb', { verb: { kind: 'weight', weight: 3, server } }, 'conflict'],
  ] as const)('when %s since the forecast', async (_what, change, code) => {
    await expect(run(drain, 'running', change)).rejects.toMatchObject({ code });
    expect((await newest()).number).toBe(1);
  });

  it('when the plan has problems', async () => {
    const answer = worker.answer.makePlan!;
    worker.answer.makePlan = ({ revision, document }) => storePlan(revision, document!, false);
    await expect(run(drain)).rejects.toMatchObject({ code: 'invalid' });
    worker.answer.makePlan = answer;
    expect((await newest()).number).toBe(1);
  });
});

it('is saved and waits, with the reason, where the pair needs a second person', async () => {
  const policy = { needsApproval: true, approvalMinutes: 60, freezeReason: '', windows: [] };
  const base = { ...policy, needsApproval: false };
  await saveDeployPolicy({ ctx: contextOf('admin'), input: { topologyId, base, policy } });
  expect((await forecast(drain)).refusals).toEqual([expect.stringContaining('A second person must approve')]);
  const started = await run(drain);
  expect(started.deployId).toBeUndefined();
  expect(started.why).toContain('A second person must approve');
  expect((await verbs()).servers).toMatchObject([{ state: 'drained', isRunning: false }]);
});

it('is told as saved when the database goes away before its deploy is asked for', async () => {
  await getDb().$executeRawUnsafe(`CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$`);
  await getDb().$executeRawUnsafe(`CREATE TRIGGER cut BEFORE INSERT ON "Deploy" EXECUTE FUNCTION cut()`);
  const started = await run(drain).finally(() => getDb().$executeRawUnsafe('DROP TRIGGER cut ON "Deploy"'));
  expect(started).toMatchObject({
    revision: 2,
    isDoubtful: true,
    why: expect.stringContaining('answer was lost') as string,
  });
  expect(started.deployId).toBeUndefined();
  expect(serversOf(await newest())).toEqual(['192.168.6.2 0', '192.168.6.3 1']);
});
