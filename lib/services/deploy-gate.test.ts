// Four eyes, windows and freeze: who may begin a deploy, when, and what break-glass leaves behind.
import { beforeEach, describe, expect, it } from 'vitest';
import { deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import type { AccountRole } from '@/lib/core/views/account';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import type { VerbContext } from './context';
import { createTopology } from './create-topology';
import { approvePlan, getDeployGate, getDeployPolicy, saveDeployPolicy } from './deploy-gate';
import { startDeploy } from './start-deploy';

setUpTestDatabase();

const named = (name: string, role: AccountRole = 'operator'): VerbContext => {
  const ctx = contextOf(role);
  return { ...ctx, account: { ...ctx.account, id: name, email: `${name}@example.org` } };
};
const ann = () => named('ann');
const bob = () => named('bob');
const untouched = deployPolicySchema.parse({});
let serial = 0;

/** An approval counts for as long as its approver may approve. */
beforeEach(async () => {
  await getDb().user.deleteMany();
  const { id, name, email, role } = bob().account;
  await getDb().user.create({ data: { id, name, email, role } });
});

async function plannedBy(author: VerbContext, policy: Partial<DeployPolicy>) {
  serial += 1;
  const name = `gate-${serial}`;
  const { topologyId } = await createTopology({ ctx: contextOf('operator'), input: { seed: true, name } });
  const full = deployPolicySchema.parse(policy);
  await saveDeployPolicy({ ctx: contextOf('admin'), input: { topologyId, base: untouched, policy: full } });
  const id = `gate-plan-${serial}`;
  const head = { id, topologyId, revision: 1, hash: 'abc', createdBy: author.account.email };
  const body = {
    ...{ ...head, createdAt: new Date().toISOString(), mode: 'rolling', hosts: [], summary: [], impact: [] },
    ...{ timerSeconds: 60, problems: [], deployable: true },
  };
  await getDb().plan.create({ data: { ...head, body } });
  return { name, topologyId, plan: { planId: id, planHash: 'abc' } };
}

describe('four eyes', () => {
  it('lets nobody deploy a plan that no second person approved', async () => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    await expect(startDeploy({ ctx: ann(), input: plan })).rejects.toMatchObject({
      code: 'forbidden',
      next: expect.stringMatching(/^Ask a second person/) as string,
    });
    expect((await getDeployGate({ ctx: ann(), input: plan })).refusals).toHaveLength(1);
  });

  it('lets nobody approve the own plan, and no viewer any', async () => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    await expect(approvePlan({ ctx: ann(), input: plan })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(approvePlan({ ctx: named('eve', 'viewer'), input: plan })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await getDb().approval.count({ where: { planId: plan.planId } })).toBe(0);
  });

  it('deploys an approved plan and keeps who approved it, with an audit row of each', async () => {
    const { plan, name } = await plannedBy(ann(), { needsApproval: true });
    expect((await approvePlan({ ctx: bob(), input: plan })).approvals.map(({ approver }) => approver)).toEqual([
      'bob@example.org',
    ]);
    const deploy = await startDeploy({ ctx: ann(), input: plan });
    expect(deploy).toMatchObject({ author: 'ann@example.org', approver: 'bob@example.org' });
    const rows = await getDb().auditRow.findMany({ where: { target: name }, orderBy: { at: 'asc' } });
    expect(rows.map(({ action }) => action)).toEqual([
      'topology.create',
      'deploy.policy',
      'plan.approve',
      'deploy.start',
    ]);
  });

  it('does not let the approver deploy with the own approval', async () => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    await approvePlan({ ctx: bob(), input: plan });
    await expect(startDeploy({ ctx: bob(), input: plan })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each([
    ['that has expired', { expiresAt: new Date(0) }],
    ['of another hash', { planHash: 'other' }],
  ])('does not count an approval %s', async (_what, data) => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    await approvePlan({ ctx: bob(), input: plan });
    await getDb().approval.updateMany({ where: { planId: plan.planId }, data });
    await expect(startDeploy({ ctx: ann(), input: plan })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it.each([
    ['is a viewer by now', { role: 'viewer' }],
    ['is disabled by now', { banned: true }],
    ['is gone by now', { email: 'somebody-else@example.org' }],
  ])('does not count an approval of who %s', async (_what, data) => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    expect((await approvePlan({ ctx: bob(), input: plan })).approvals).toHaveLength(1);
    await getDb().user.update({ where: { email: bob().account.email }, data });
    expect((await getDeployGate({ ctx: ann(), input: plan })).approvals).toEqual([]);
    await expect(startDeploy({ ctx: ann(), input: plan })).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('binds an approval to the hash that was shown', async () => {
    const { plan } = await plannedBy(ann(), { needsApproval: true });
    await expect(approvePlan({ ctx: bob(), input: { ...plan, planHash: 'older' } })).rejects.toMatchObject({
      code: 'conflict',
    });
  });
});

describe('freeze and windows', () => {
  it('refuse a deploy with the reason, and a policy that cannot be read refuses too', async () => {
    const { plan, topologyId } = await plannedBy(ann(), { freezeReason: 'Year end.' });
    await expect(startDeploy({ ctx: ann(), input: plan })).rejects.toMatchObject({
      message: expect.stringContaining('Year end.') as string,
      next: expect.stringMatching(/^Wait for the end of the freeze/) as string,
    });
    await getDb().topology.update({ where: { id: topologyId }, data: { deployPolicy: { windows: 'always' } } });
    await expect(startDeploy({ ctx: ann(), input: plan })).rejects.toThrow('cannot be read');
  });

  it('are set by an administrator only, and kept', async () => {
    const { topologyId } = await plannedBy(ann(), {});
    const policy = deployPolicySchema.parse({ windows: [{ days: [7], from: '01:00', to: '05:00' }] });
    const input = { topologyId, base: untouched, policy };
    await expect(saveDeployPolicy({ ctx: ann(), input })).rejects.toMatchObject({ code: 'forbidden' });
    await saveDeployPolicy({ ctx: contextOf('admin'), input });
    expect(await getDeployPolicy({ ctx: named('eve', 'viewer'), input: { topologyId } })).toEqual(policy);
  });
});

describe('rules that two administrators change', () => {
  const admin = () => contextOf('admin');
  const frozen = deployPolicySchema.parse({ freezeReason: 'Year end.' });
  const fourEyes = deployPolicySchema.parse({ needsApproval: true });

  it('keep what the first one set: the second is told what it is', async () => {
    const { topologyId, name } = await plannedBy(ann(), {});
    await saveDeployPolicy({ ctx: admin(), input: { topologyId, base: untouched, policy: frozen } });
    const late = saveDeployPolicy({ ctx: admin(), input: { topologyId, base: untouched, policy: fourEyes } });
    await expect(late).rejects.toMatchObject({ code: 'conflict', details: { current: frozen } });
    expect(await getDeployPolicy({ ctx: ann(), input: { topologyId } })).toEqual(frozen);
    expect(await getDb().auditRow.count({ where: { target: name, action: 'deploy.policy' } })).toBe(2);
    await saveDeployPolicy({ ctx: admin(), input: { topologyId, base: frozen, policy: fourEyes } });
  });

  it('are set by one of two at the same moment', async () => {
    const { topologyId } = await plannedBy(ann(), {});
    const both = await Promise.allSettled(
      [frozen, fourEyes].map((policy) =>
        saveDeployPolicy({ ctx: admin(), input: { topologyId, base: untouched, policy } }),
      ),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('can be set again when what is stored cannot be read', async () => {
    const { topologyId } = await plannedBy(ann(), {});
    await getDb().topology.update({ where: { id: topologyId }, data: { deployPolicy: { windows: 'always' } } });
    const base = await getDeployPolicy({ ctx: admin(), input: { topologyId } });
    const saved = await saveDeployPolicy({ ctx: admin(), input: { topologyId, base, policy: fourEyes } });
    expect(saved).toEqual(fourEyes);
  });
});

describe('break-glass', () => {
  const reason = { breakGlassReason: 'All real servers are down and nobody answers.' };

  it('lets an administrator through with a reason that the deploy and the audit keep', async () => {
    const { plan, name } = await plannedBy(ann(), { needsApproval: true, freezeReason: 'Year end.' });
    const deploy = await startDeploy({ ctx: named('root', 'admin'), input: { ...plan, ...reason } });
    expect(deploy).toMatchObject({ breakGlass: reason.breakGlassReason });
    expect(await getDb().auditRow.count({ where: { target: name, action: 'deploy.break-glass' } })).toBe(1);
  });

  it('is refused for an operator, and without a reason', async () => {
    const { plan, topologyId } = await plannedBy(ann(), { freezeReason: 'Year end.' });
    await expect(startDeploy({ ctx: bob(), input: { ...plan, ...reason } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const short = { ...plan, breakGlassReason: 'now' };
    await expect(startDeploy({ ctx: named('root', 'admin'), input: short })).rejects.toThrow();
    expect(await getDb().deploy.count({ where: { topologyId } })).toBe(0);
  });

  it('leaves no mark on a deploy that nothing stood in the way of', async () => {
    const { plan } = await plannedBy(ann(), {});
    const deploy = await startDeploy({ ctx: named('root', 'admin'), input: { ...plan, ...reason } });
    expect(deploy.breakGlass).toBeUndefined();
  });
});
