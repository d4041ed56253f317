// Requests a deploy of exactly the plan that was shown; the request is durable before it is answered.
import 'server-only';
import { z } from 'zod';
import { ServiceError } from '@/lib/core/errors';
import type { Deploy } from '@/lib/core/views/deploy';
import { inTransaction, lockTopology, type Tx } from '@/lib/db/client';
import { Prisma, type Plan as PlanRow } from '@/lib/db/generated/client';
import { notify } from '@/lib/db/listen';
import { toDeploy, toPlan } from '@/lib/db/rows';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { passGate } from './deploy-gate';

export const startDeployInput = z.object({
  planId: z.string(),
  planHash: z.string(),
  /** The pair that is meant; a plan of another one is refused. */
  topologyId: z.string().optional(),
  /** An administrator goes past approval, windows and freeze; audited and shown with the deploy. */
  breakGlassReason: z.string().trim().min(10, 'say in a sentence why').max(500).optional(),
});

/** Throws ServiceError: `forbidden` when the pair's policy says no, `busy` when a deploy of this pair is open, `conflict` when the plan is stale, `invalid` when it cannot be deployed. */
export async function startDeploy({ ctx, input }: VerbArgs<z.infer<typeof startDeployInput>>): Promise<Deploy> {
  requireRole(ctx, 'operator');
  const { planId, planHash, topologyId, breakGlassReason } = startDeployInput.parse(input);
  const deploy = await inTransaction(ctx.db, async (tx) => {
    const plan = await tx.plan.findUnique({ where: { id: planId } });
    if (!plan) throw new ServiceError('not-found', 'There is no such plan.');
    if (topologyId !== undefined && topologyId !== plan.topologyId)
      throw new ServiceError('conflict', 'This plan is of another pair; open it on the page of its own.');
    await refuseUnfit(tx, plan, planHash);
    return insertDeploy(tx, ctx, plan, await passGate(tx, ctx, plan, breakGlassReason));
  }).catch(refuseSecond);
  // The row is committed: a worker that is away finds it when it starts. Waking it only saves time.
  await callWorker('startDeploy', { deployId: deploy.id }).catch(() => undefined);
  return deploy;
}

async function refuseUnfit(tx: Tx, plan: PlanRow, planHash: string): Promise<void> {
  if (plan.hash !== planHash)
    throw new ServiceError('conflict', 'This is not the plan that was shown; make a new one.');
  if (!toPlan(plan).deployable) throw new ServiceError('invalid', 'This plan has problems that forbid a deploy.');
  // Locked: nobody saves a revision or moves a director between this look and the deploy's row.
  await lockTopology(tx, plan.topologyId);
  const failover = await tx.failover.findFirst({ where: { openFor: plan.topologyId } });
  if (failover) {
    const next = 'Wait until the failover has ended, then try again.';
    throw new ServiceError('busy', `A failover of this pair to ${failover.to} is open.`, {}, { next });
  }
  const { revision } = await tx.topology.findUniqueOrThrow({ where: { id: plan.topologyId } });
  if (revision !== plan.revision && !(await isDeployed(tx, plan)))
    throw new ServiceError(
      'conflict',
      `Revision ${revision} was saved after this plan for revision ${plan.revision}; make a new plan.`,
    );
}

/** What runs already may be applied again, also when somebody saved a newer revision meanwhile: it is how drift is undone. */
async function isDeployed(tx: Tx, { topologyId, revision }: PlanRow): Promise<boolean> {
  const last = await tx.deploy.findFirst({ where: { topologyId, state: 'verified' }, orderBy: { number: 'desc' } });
  return last?.revision === revision;
}

type Passed = Awaited<ReturnType<typeof passGate>>;

async function insertDeploy(tx: Tx, ctx: VerbContext, plan: PlanRow, passed: Passed): Promise<Deploy> {
  const { topologyId, revision, id: planId, hash: planHash } = plan;
  const last = await tx.deploy.findFirst({
    where: { topologyId },
    orderBy: { generation: 'desc' },
    select: { generation: true },
  });
  const row = await tx.deploy.create({
    data: {
      topologyId,
      revision,
      planId,
      planHash,
      state: 'queued',
      author: ctx.account.email,
      ...passed,
      generation: (last?.generation ?? 0) + 1,
      openFor: topologyId,
    },
    include: { topology: { select: { name: true } } },
  });
  await appendAudit(tx, ctx, {
    action: 'deploy.start',
    target: row.topology.name,
    after: { number: row.number, revision, planHash, ...passed },
  });
  await notify(tx, 'deploy', row.id);
  return toDeploy(row);
}

/** The unique constraint on openFor decides between two clicks, two tabs and two operators. */
function refuseSecond(error: unknown): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
    throw new ServiceError('busy', 'A deploy of this pair is open already.', {}, { cause: error });
  }
  throw error;
}
