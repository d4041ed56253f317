// Four eyes, windows and freeze: may this person deploy this plan now, and if not, why.
import 'server-only';
import { z } from 'zod';
import { deployPolicySchema, refuseTime, type DeployPolicy } from '@/lib/core/deploy-policy';
import { listEntitled } from '@/lib/auth/accounts';
import { ServiceError } from '@/lib/core/errors';
import { saveDeployPolicyInput, type DeployGate } from '@/lib/core/views/deploy-gate';
import { inTransaction, type Tx } from '@/lib/db/client';
import type { Approval, Plan as PlanRow } from '@/lib/db/generated/client';
import { appendAudit } from './audit';
import { requireRole, rolesFrom, type VerbArgs, type VerbContext } from './context';
import { refuseLate } from './refuse-late';

export const approvePlanInput = z.object({ planId: z.string(), planHash: z.string() });
export const savePolicyInput = saveDeployPolicyInput.extend({ topologyId: z.string() });

/** The least role. */
const APPROVER = 'operator';
/** A stored policy that this console cannot read must not let anything through. */
const UNREADABLE: DeployPolicy = deployPolicySchema.parse({ freezeReason: 'The stored policy cannot be read.' });

export async function getDeployGate({ ctx, input }: VerbArgs<{ planId: string }>): Promise<DeployGate> {
  requireRole(ctx, 'viewer');
  const plan = await findPlan(ctx.db, input.planId);
  const policy = await loadPolicy(ctx.db, plan.topologyId);
  const approvals = await validApprovals(ctx.db, plan);
  return {
    policy,
    approvals: approvals.map(({ approver, approvedAt, expiresAt }) => ({
      ...{ approver, approvedAt: approvedAt.toISOString(), expiresAt: expiresAt.toISOString() },
    })),
    refusals: refusalsOf(ctx, plan, policy, approvals).map(({ why }) => why),
    canApprove: policy.needsApproval && ctx.account.role !== 'viewer' && plan.createdBy !== ctx.account.email,
  };
}

/** Throws ServiceError: `forbidden` for the plan's own author, `conflict` when the plan is not the one that was shown. */
export async function approvePlan({ ctx, input }: VerbArgs<z.infer<typeof approvePlanInput>>): Promise<DeployGate> {
  requireRole(ctx, APPROVER);
  const { planId, planHash } = approvePlanInput.parse(input);
  await inTransaction(ctx.db, async (tx) => {
    const plan = await findPlan(tx, planId);
    if (plan.hash !== planHash)
      throw new ServiceError('conflict', 'This is not the plan that was shown; look at the new one.');
    if (plan.createdBy === ctx.account.email)
      throw new ServiceError(
        'forbidden',
        'You made this plan; a second person must approve it.',
        {},
        { next: 'Ask somebody else to approve it.' },
      );
    const { approvalMinutes } = await loadPolicy(tx, plan.topologyId);
    const approver = ctx.account.email;
    const data = { planHash, approvedAt: new Date(), expiresAt: new Date(Date.now() + approvalMinutes * 60_000) };
    await tx.approval.upsert({
      where: { planId_approver: { planId, approver } },
      create: { planId, approver, ...data },
      update: data,
    });
    const { name } = await tx.topology.findUniqueOrThrow({ where: { id: plan.topologyId } });
    await appendAudit(tx, ctx, { action: 'plan.approve', target: name, after: { planId, planHash } });
  });
  return getDeployGate({ ctx, input: { planId } });
}

export async function getDeployPolicy({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<DeployPolicy> {
  requireRole(ctx, 'viewer');
  return loadPolicy(ctx.db, input.topologyId);
}

/** Throws ServiceError('conflict', details.current = the policy that somebody stored meanwhile). */
export async function saveDeployPolicy({
  ctx,
  input,
}: VerbArgs<z.infer<typeof savePolicyInput>>): Promise<DeployPolicy> {
  requireRole(ctx, 'admin');
  const { topologyId, base, policy } = savePolicyInput.parse(input);
  return inTransaction(ctx.db, async (tx) => {
    // Locked: of two who save at once the second waits, then sees that it is late.
    await tx.$queryRaw`SELECT 1 FROM "Topology" WHERE id = ${topologyId} FOR UPDATE`;
    const before = await loadPolicy(tx, topologyId);
    refuseLate('The rules for deploys of this pair were changed meanwhile.', base, before);
    const { name } = await tx.topology.update({ where: { id: topologyId }, data: { deployPolicy: policy } });
    await appendAudit(tx, ctx, { action: 'deploy.policy', target: name, before, after: policy });
    return policy;
  });
}

/**
 * Inside the transaction that makes the deploy's row. Answers who approved, and the reason when an administrator goes
 * past the policy. Throws ServiceError('forbidden') with every reason why not.
 */
export async function passGate(
  tx: Tx,
  ctx: VerbContext,
  plan: PlanRow,
  breakGlassReason: string | undefined,
): Promise<{ approver: string | null; breakGlass: string | null }> {
  const policy = await loadPolicy(tx, plan.topologyId);
  const approvals = await validApprovals(tx, plan);
  const refused = refusalsOf(ctx, plan, policy, approvals);
  const approver = othersOf(ctx, approvals)[0]?.approver ?? null;
  if (refused.length === 0) return { approver, breakGlass: null };
  const refusals = refused.map(({ why }) => why);
  if (breakGlassReason === undefined) {
    const next = [...refused.map((each) => each.next), PAST_IT].join(' ');
    throw new ServiceError('forbidden', refusals.join(' '), {}, { next });
  }
  requireRole(ctx, 'admin');
  const { name } = await tx.topology.findUniqueOrThrow({ where: { id: plan.topologyId } });
  await appendAudit(tx, ctx, { action: 'deploy.break-glass', target: name, after: { breakGlassReason, refusals } });
  return { approver, breakGlass: breakGlassReason };
}

/** For a plan that this person makes now: what will stand between it and its deploy. */
export async function refusalsAhead(ctx: VerbContext, topologyId: string): Promise<string[]> {
  const policy = await loadPolicy(ctx.db, topologyId);
  return refusalsOf(ctx, { createdBy: ctx.account.email }, policy, []).map(({ why }) => why);
}

/** A deploy or a failover of the pair that has not ended; undefined when there is none. */
export async function describeOpenWork(tx: Tx, topologyId: string): Promise<string | undefined> {
  const deploy = await tx.deploy.findFirst({ where: { openFor: topologyId }, select: { number: true } });
  if (deploy) return `Deploy ${deploy.number}`;
  const failover = await tx.failover.findFirst({ where: { openFor: topologyId } });
  return failover ? `The failover to ${failover.to}` : undefined;
}

type Refusal = { why: string; next: string };
const PAST_IT = 'In an emergency an administrator can deploy past the policy, with a reason.';

function refusalsOf(
  ctx: VerbContext,
  plan: Pick<PlanRow, 'createdBy'>,
  policy: DeployPolicy,
  approvals: readonly Approval[],
): Refusal[] {
  const time = refuseTime(policy, new Date());
  const isApproved = !policy.needsApproval || othersOf(ctx, approvals).length > 0;
  const missing = {
    why: `A second person must approve this plan (made by ${plan.createdBy}) before it is deployed.`,
    next: 'Ask a second person to approve it.',
  };
  const wait = policy.freezeReason === '' ? 'Wait for a window.' : 'Wait for the end of the freeze.';
  return [...(time === undefined ? [] : [{ why: time, next: wait }]), ...(isApproved ? [] : [missing])];
}

/** Whoever deploys cannot be the one who approved. */
function othersOf(ctx: VerbContext, approvals: readonly Approval[]): Approval[] {
  return approvals.filter(({ approver }) => approver !== ctx.account.email);
}

/** Neither of who may not approve any more, nor of who was shut out since. */
async function validApprovals(tx: Tx, { id, hash }: Pick<PlanRow, 'id' | 'hash'>): Promise<Approval[]> {
  const where = { planId: id, planHash: hash, expiresAt: { gt: new Date() } };
  const approvals = await tx.approval.findMany({ where, orderBy: { approvedAt: 'asc' } });
  const approvers = approvals.map(({ approver }) => approver);
  const entitled = await listEntitled(tx, approvers, rolesFrom(APPROVER));
  return approvals.filter(({ approver }) => entitled.has(approver));
}

async function findPlan(tx: Tx, id: string): Promise<PlanRow> {
  const plan = await tx.plan.findUnique({ where: { id } });
  if (!plan) throw new ServiceError('not-found', 'There is no such plan.');
  return plan;
}

async function loadPolicy(tx: Tx, topologyId: string): Promise<DeployPolicy> {
  const row = await tx.topology.findUnique({ where: { id: topologyId }, select: { deployPolicy: true } });
  if (!row) throw new ServiceError('not-found', 'There is no such topology.');
  return deployPolicySchema.catch(UNREADABLE).parse(row.deployPolicy);
}
