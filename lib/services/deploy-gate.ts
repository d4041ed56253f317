// Four eyes, windows and freeze: may this person deploy this plan now, and if not, why.
import 'server-only';
import { z } from 'zod';
import {
  APPROVER,
  othersOf,
  PAST_POLICY,
  refuseDeploy,
  type DeployPolicy,
  type DeployRequest,
} from '@/lib/core/deploy-policy';
import { ServiceError } from '@/lib/core/errors';
import { saveDeployPolicyInput, type DeployGate } from '@/lib/core/views/deploy-gate';
import { inTransaction, lockTopology, type Tx } from '@/lib/db/client';
import { loadDeployPolicy, validApprovals } from '@/lib/db/deploy-rules';
import type { Approval, Plan as PlanRow } from '@/lib/db/generated/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { refuseLate } from './refuse-late';

export const approvePlanInput = z.object({ planId: z.string(), planHash: z.string() });
export const savePolicyInput = saveDeployPolicyInput.extend({ topologyId: z.string() });

export async function getDeployGate({ ctx, input }: VerbArgs<{ planId: string }>): Promise<DeployGate> {
  requireRole(ctx, 'viewer');
  const plan = await findPlan(ctx.db, input.planId);
  const policy = await loadDeployPolicy(ctx.db, plan.topologyId);
  const approvals = await validApprovals(ctx.db, plan);
  return {
    approvals: approvals.map(({ approver, approvedAt, expiresAt }) => ({
      ...{ approver, approvedAt: approvedAt.toISOString(), expiresAt: expiresAt.toISOString() },
    })),
    refusals: refuseDeploy(policy, requestOf(ctx, plan.createdBy, approvals), new Date()).map(({ why }) => why),
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
    const { approvalMinutes } = await loadDeployPolicy(tx, plan.topologyId);
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
  return loadDeployPolicy(ctx.db, input.topologyId);
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
    await lockTopology(tx, topologyId);
    const before = await loadDeployPolicy(tx, topologyId);
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
  const policy = await loadDeployPolicy(tx, plan.topologyId);
  const request = requestOf(ctx, plan.createdBy, await validApprovals(tx, plan));
  const refused = refuseDeploy(policy, request, new Date());
  const approver = othersOf(request)[0] ?? null;
  if (refused.length === 0) return { approver, breakGlass: null };
  const refusals = refused.map(({ why }) => why);
  if (breakGlassReason === undefined) {
    const next = [...refused.map((each) => each.next), PAST_POLICY].join(' ');
    throw new ServiceError('forbidden', refusals.join(' '), {}, { next });
  }
  requireRole(ctx, 'admin');
  const { name } = await tx.topology.findUniqueOrThrow({ where: { id: plan.topologyId } });
  await appendAudit(tx, ctx, { action: 'deploy.break-glass', target: name, after: { breakGlassReason, refusals } });
  return { approver, breakGlass: breakGlassReason };
}

/** For a plan that this person makes now: what will stand between it and its deploy. */
export async function refusalsAhead(ctx: VerbContext, topologyId: string): Promise<string[]> {
  const policy = await loadDeployPolicy(ctx.db, topologyId);
  return refuseDeploy(policy, requestOf(ctx, ctx.account.email, []), new Date()).map(({ why }) => why);
}

/** A deploy or a failover of the pair that has not ended; undefined when there is none. */
export async function describeOpenWork(tx: Tx, topologyId: string): Promise<string | undefined> {
  const deploy = await tx.deploy.findFirst({ where: { openFor: topologyId }, select: { number: true } });
  if (deploy) return `Deploy ${deploy.number}`;
  const failover = await tx.failover.findFirst({ where: { openFor: topologyId } });
  return failover ? `The failover to ${failover.to}` : undefined;
}

function requestOf(ctx: VerbContext, author: string, approvals: readonly Approval[]): DeployRequest {
  return { author, deployer: ctx.account.email, approvals };
}

async function findPlan(tx: Tx, id: string): Promise<PlanRow> {
  const plan = await tx.plan.findUnique({ where: { id } });
  if (!plan) throw new ServiceError('not-found', 'There is no such plan.');
  return plan;
}
