// Plans: made by the worker from the revision and what both directors say now, kept so that a deploy can bind to one.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type { Plan } from '@/lib/core/views/plan';
import { toPlan } from '@/lib/db/rows';
import { callWorker } from '@/lib/worker/client';
import { requireRole, type VerbArgs } from './context';
import { findRevision } from './topology-rows';

export async function createPlan({ ctx, input }: VerbArgs<{ topologyId: string; revision: number }>): Promise<Plan> {
  requireRole(ctx, 'operator');
  const row = await findRevision(ctx.db, input.topologyId, input.revision);
  if (!row.deployable)
    throw new ServiceError(
      'invalid',
      `Revision ${row.number} has ${row.errors} errors; solve them and save before planning a deploy.`,
    );
  return callWorker('makePlan', { ...input, actor: ctx.account.email });
}

export async function getPlan({ ctx, input }: VerbArgs<{ id: string }>): Promise<Plan> {
  requireRole(ctx, 'viewer');
  const row = await ctx.db.plan.findUnique({ where: { id: input.id } });
  if (!row) throw new ServiceError('not-found', 'There is no such plan.');
  return toPlan(row);
}

/** The numbers age while a plan waits for its approver; who may deploy it may have them counted again. */
export async function renewForecast({ ctx, input }: VerbArgs<{ id: string }>): Promise<Plan> {
  requireRole(ctx, 'operator');
  const plan = await getPlan({ ctx, input });
  if ((await ctx.db.deploy.count({ where: { planId: plan.id } })) > 0) throw deployedAlready();
  // A director is read for seconds: the worker looks again when it writes.
  return callWorker('renewForecast', { planId: plan.id }).catch((cause: unknown) => {
    throw cause instanceof ServiceError && cause.code === 'conflict' ? deployedAlready(cause) : cause;
  });
}

function deployedAlready(cause?: ServiceError): ServiceError {
  return new ServiceError(
    'conflict',
    'This plan was deployed: its numbers are the record of what was known then.',
    {},
    { next: 'Make a new plan to have them counted now.', cause },
  );
}
