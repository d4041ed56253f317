// Deploy requests: exactly one open per pair, bound to the plan that was shown, refused for lower roles.
import { describe, expect, it } from 'vitest';
import { ServiceError } from '@/lib/core/errors';
import { seedDocument } from '@/lib/core/seed';
import type { AccountRole } from '@/lib/core/views/account';
import type { Plan } from '@/lib/core/views/plan';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { cancelDeploy, watchDeploy } from './deploys';
import { createPlan, getPlan, renewForecast } from './plans';
import { saveTopology } from './save-topology';
import { startDeploy } from './start-deploy';
import { openTestWorker } from './test-worker';

setUpTestDatabase();

let serial = 0;
async function planned(change: Partial<Plan> = {}) {
  serial += 1;
  const { topologyId } = await createTopology({
    ctx: contextOf('operator'),
    input: { seed: true, name: `pair-${serial}` },
  });
  const id = `plan-${serial}`;
  const body: Plan = {
    ...{
      id,
      topologyId,
      revision: 1,
      hash: 'abc',
      createdAt: new Date().toISOString(),
      createdBy: 'operator',
      mode: 'rolling',
      hosts: [],
    },
    ...{ summary: [], objects: [], impact: [], timerSeconds: 60, problems: [], deployable: true },
    ...change,
  };
  await getDb().plan.create({ data: { id, topologyId, revision: 1, hash: 'abc', body, createdBy: 'operator' } });
  return { topologyId, input: { planId: id, planHash: 'abc' } };
}

describe('starting a deploy', () => {
  it('lets exactly one of many clicks win, with one audit row', async () => {
    const { topologyId, input } = await planned();
    const clicks = await Promise.allSettled(
      Array.from({ length: 5 }, () => startDeploy({ ctx: contextOf('operator'), input })),
    );
    expect(clicks.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const click of clicks) if (click.status === 'rejected') expect(click.reason).toMatchObject({ code: 'busy' });
    expect(await getDb().deploy.count({ where: { topologyId } })).toBe(1);
    expect(await getDb().auditRow.count({ where: { action: 'deploy.start', target: `pair-${serial}` } })).toBe(1);
  });

  it.each([
    ['a hash that is not the plan’s', {}, 'other', 'conflict'],
    ['a plan that cannot be deployed', { deployable: false }, 'abc', 'invalid'],
  ])('refuses %s', async (_what, change, planHash, code) => {
    const { input } = await planned(change);
    await expect(startDeploy({ ctx: contextOf('operator'), input: { ...input, planHash } })).rejects.toMatchObject({
      code,
    });
  });

  it('refuses the plan of another pair than the one that is meant, and leaves no deploy', async () => {
    const [meant, { topologyId, input }] = [await planned(), await planned()];
    const start = (of: string) => startDeploy({ ctx: contextOf('operator'), input: { ...input, topologyId: of } });
    await expect(start(meant.topologyId)).rejects.toMatchObject({ code: 'conflict' });
    expect(await getDb().deploy.count({ where: { topologyId } })).toBe(0);
    expect(await start(topologyId)).toMatchObject({ state: 'queued', topologyId });
  });

  it('refuses a plan made before a newer revision was saved', async () => {
    const { topologyId, input } = await planned();
    const document = { ...seedDocument(), name: `pair-${serial}`, ftp: true };
    await saveTopology({
      ctx: contextOf('operator'),
      input: { id: topologyId, baseRevision: 1, document, message: '' },
    });
    await expect(startDeploy({ ctx: contextOf('operator'), input })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lets the revision that runs be applied again, also after a newer one was saved', async () => {
    const { topologyId, input } = await planned();
    const first = await startDeploy({ ctx: contextOf('operator'), input });
    const ended = { state: 'verified', openFor: null, endedAt: new Date() };
    await getDb().deploy.update({ where: { id: first.id }, data: ended });
    const document = { ...seedDocument(), name: `pair-${serial}`, ftp: true };
    const save = { id: topologyId, baseRevision: 1, document, message: '' };
    await saveTopology({ ctx: contextOf('operator'), input: save });
    expect(await startDeploy({ ctx: contextOf('operator'), input })).toMatchObject({ state: 'queued', revision: 1 });
  });

  it('refuses a viewer, and leaves neither a deploy nor an audit row', async () => {
    const { input, topologyId } = await planned();
    await expect(startDeploy({ ctx: contextOf('viewer'), input })).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getDb().deploy.count({ where: { topologyId } })).toBe(0);
    expect(await getDb().auditRow.count({ where: { action: 'deploy.start', target: `pair-${serial}` } })).toBe(0);
  });

  it('either deploys the newest revision or lets a newer one be saved, when both come at once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const { topologyId, input } = await planned();
      const document = { ...seedDocument(), name: `pair-${serial}` };
      const [first] = document.directors;
      if (first?.management) first.management.port = 2299; // the way to a director changes
      const save = { id: topologyId, baseRevision: 1, document, message: '' };
      const [deploy, saved] = await Promise.allSettled([
        startDeploy({ ctx: contextOf('operator'), input }),
        saveTopology({ ctx: contextOf('operator'), input: save }),
      ]);
      expect([deploy.status, saved.status].sort()).toEqual(['fulfilled', 'rejected']);
    }
  });

  it('tells the worker, and is kept when the worker is away', async () => {
    const worker = await openTestWorker();
    worker.answer.startDeploy = async () => ({});
    const first = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input: first.input });
    expect(worker.calls).toEqual([{ verb: 'startDeploy', input: { deployId: id } }]);
    await worker.close();
    const second = await planned();
    expect(await startDeploy({ ctx: contextOf('operator'), input: second.input })).toMatchObject({ state: 'queued' });
  });

  it('gives each deploy of a pair a higher generation than the one before', async () => {
    const { topologyId, input } = await planned();
    const first = await startDeploy({ ctx: contextOf('operator'), input });
    await getDb().deploy.update({ where: { id: first.id }, data: { state: 'failed', openFor: null } });
    await startDeploy({ ctx: contextOf('operator'), input });
    const rows = await getDb().deploy.findMany({ where: { topologyId }, orderBy: { number: 'asc' } });
    expect(rows.map(({ generation }) => generation)).toEqual([1, 2]);
  });
});

describe('planning a deploy', () => {
  it('asks the worker in the name of who asked, for a revision without errors only', async () => {
    const worker = await openTestWorker();
    const { topologyId, input } = await planned();
    const plan = await getPlan({ ctx: contextOf('viewer'), input: { id: input.planId } });
    worker.answer.makePlan = async () => plan;
    const ask = (role: AccountRole, revision: number) =>
      createPlan({ ctx: contextOf(role), input: { topologyId, revision } });
    expect(await ask('operator', 1)).toEqual(plan);
    expect(worker.calls).toEqual([
      { verb: 'makePlan', input: { topologyId, revision: 1, actor: 'operator@example.org' } },
    ]);
    await expect(ask('viewer', 1)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(ask('operator', 9)).rejects.toMatchObject({ code: 'not-found' });
    await getDb().topologyRevision.updateMany({ where: { topologyId }, data: { deployable: false, errors: 1 } });
    await expect(ask('operator', 1)).rejects.toMatchObject({ code: 'invalid' });
    expect(worker.calls).toHaveLength(1);
    await worker.close();
  });
});

describe('counting the connections of a plan again', () => {
  it('asks the worker for an operator, and leaves a plan that was deployed as the record that it is', async () => {
    const worker = await openTestWorker();
    const { input } = await planned();
    const plan = await getPlan({ ctx: contextOf('viewer'), input: { id: input.planId } });
    worker.answer.renewForecast = async () => plan;
    worker.answer.startDeploy = async () => ({});
    const renew = (role: AccountRole, id = input.planId) => renewForecast({ ctx: contextOf(role), input: { id } });
    await expect(renew('viewer')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(renew('operator', 'no-such-plan')).rejects.toMatchObject({ code: 'not-found' });
    expect(await renew('operator')).toEqual(plan);
    await startDeploy({ ctx: contextOf('operator'), input });
    await expect(renew('operator')).rejects.toMatchObject({ code: 'conflict' });
    expect(worker.calls.filter(({ verb }) => verb === 'renewForecast')).toEqual([
      { verb: 'renewForecast', input: { planId: input.planId } },
    ]);
    await worker.close();
  });

  it('is the same conflict when the deploy began while the director was read', async () => {
    const worker = await openTestWorker();
    const { input } = await planned();
    worker.answer.renewForecast = () => Promise.reject(new ServiceError('conflict', 'A deploy of this plan began.'));
    await expect(renewForecast({ ctx: contextOf('operator'), input: { id: input.planId } })).rejects.toMatchObject({
      code: 'conflict',
      message: 'This plan was deployed: its numbers are the record of what was known then.',
      next: 'Make a new plan to have them counted now.',
    });
    await worker.close();
  });
});

describe('following a deploy', () => {
  it('yields each change and ends with the deploy', async () => {
    const { input } = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input });
    const states: string[] = [];
    for await (const deploy of watchDeploy({
      ctx: contextOf('viewer'),
      input: { id, signal: AbortSignal.timeout(10_000) },
    })) {
      states.push(deploy.state);
      const next = deploy.state === 'queued' ? 'running' : 'verified';
      if (deploy.state !== 'verified')
        await getDb().$transaction([
          getDb().deploy.update({ where: { id }, data: { state: next } }),
          getDb().$queryRaw`SELECT 1 AS one FROM pg_notify('deploy', ${id})`,
        ]);
    }
    expect(states).toEqual(['queued', 'running', 'verified']);
  });

  it('reads it again without news, so that a lost one is made good and a deploy that cannot be read ends the stream', async () => {
    const { input } = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input });
    const signal = AbortSignal.timeout(20_000);
    const following = watchDeploy({ ctx: contextOf('viewer'), input: { id, signal } });
    expect((await following.next()).value).toMatchObject({ state: 'queued' });
    await getDb().deploy.update({ where: { id }, data: { state: 'running' } });
    expect((await following.next()).value).toMatchObject({ state: 'running' });
    await getDb().$executeRaw`ALTER TABLE "Deploy" RENAME TO "Away"`;
    const next = following.next().finally(() => getDb().$executeRaw`ALTER TABLE "Away" RENAME TO "Deploy"`);
    await expect(next).rejects.toThrow('Deploy');
  });

  it('is cancelled by an operator with one audit row, and not by a viewer', async () => {
    const { input } = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input });
    const rows = () => getDb().auditRow.count({ where: { action: 'deploy.cancel', target: `pair-${serial}` } });
    await expect(cancelDeploy({ ctx: contextOf('viewer'), input: { id } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await getDb().deploy.findUnique({ where: { id } })).toMatchObject({ cancelled: false });
    expect(await rows()).toBe(0);
    await cancelDeploy({ ctx: contextOf('operator'), input: { id } });
    expect(await getDb().deploy.findUnique({ where: { id } })).toMatchObject({ cancelled: true });
    expect(await rows()).toBe(1);
    const absent = cancelDeploy({ ctx: contextOf('operator'), input: { id: 'absent' } });
    await expect(absent).rejects.toMatchObject({ code: 'not-found' });
  });

  it('does not cancel a deploy that has ended', async () => {
    const { input } = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input });
    await cancelDeploy({ ctx: contextOf('operator'), input: { id } });
    await getDb().deploy.update({ where: { id }, data: { openFor: null, state: 'rolled-back' } });
    await expect(cancelDeploy({ ctx: contextOf('operator'), input: { id } })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('is not cancelled once a director was asked to confirm, and says what to do instead', async () => {
    const { input } = await planned();
    const { id } = await startDeploy({ ctx: contextOf('operator'), input });
    const step = { deployId: id, sequence: 1, name: 'confirm', director: 'director1', state: 'running', message: '' };
    await getDb().deployStep.create({ data: step });
    await getDb().deploy.update({ where: { id }, data: { state: 'running' } });
    await expect(cancelDeploy({ ctx: contextOf('operator'), input: { id } })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringMatching(/too late to cancel: director1 has been asked to confirm/) as string,
      next: expect.stringContaining('roll the pair back') as string,
    });
    expect(await getDb().deploy.findUnique({ where: { id } })).toMatchObject({ cancelled: false });
    expect(await getDb().auditRow.count({ where: { action: 'deploy.cancel', target: `pair-${serial}` } })).toBe(0);
  });
});
