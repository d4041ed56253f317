// A deploy as its journal tells it: read, follow, cancel.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import { openDeployStates } from '@/lib/core/open-deploy-states';
import type { Deploy } from '@/lib/core/views/deploy';
import { inTransaction, type Db, type Tx } from '@/lib/db/client';
import { notify, watchChannel } from '@/lib/db/listen';
import { toDeploy } from '@/lib/db/rows';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';

const withTopology = { topology: { select: { name: true } } } as const;
const withSteps = { ...withTopology, steps: { orderBy: { sequence: 'asc' } } } as const;

async function findDeploy(db: Db, id: string): Promise<Deploy> {
  const row = await db.deploy.findUnique({ where: { id }, include: withSteps });
  if (!row) throw new ServiceError('not-found', 'There is no such deploy.');
  return toDeploy(row);
}

export async function getDeploy({ ctx, input }: VerbArgs<{ id: string }>): Promise<Deploy> {
  requireRole(ctx, 'viewer');
  return findDeploy(ctx.db, input.id);
}

/** Without news it is read again: while the database is away the stream must end, not stay open over an old state. */
const READ_AGAIN_MS = 5_000;

/** The deploy now and after every change; ends with the deploy or with `signal`. Throws when it cannot be read. */
export async function* watchDeploy({
  ctx,
  input,
}: VerbArgs<{ id: string; signal: AbortSignal }>): AsyncGenerator<Deploy> {
  requireRole(ctx, 'viewer');
  let readAt = 0;
  for await (const changed of watchChannel('deploy', input.signal, { readAgainMs: READ_AGAIN_MS })) {
    const isOther = changed !== undefined && changed !== input.id;
    // News of other deploys alone would put the next reading off for as long as they go on.
    if (isOther && Date.now() - readAt < READ_AGAIN_MS) continue;
    const deploy = await findDeploy(ctx.db, input.id);
    readAt = Date.now();
    yield deploy;
    if (!openDeployStates.includes(deploy.state)) return;
  }
}

/** A roll-back that goes on after a confirmation that failed takes a cancel without harm. */
const confirming = { state: 'running', steps: { some: { name: 'confirm' } } } as const;

async function refusalOf(tx: Tx, id: string): Promise<ServiceError> {
  const open = await tx.deploy.findFirst({ where: { id, openFor: { not: null } }, include: withSteps });
  const first = open?.steps.find(({ name }) => name === 'confirm');
  if (!first) {
    const next = 'Look at how it ended.';
    return new ServiceError('conflict', 'This deploy has ended; there is nothing to cancel.', {}, { next });
  }
  const message = `It is too late to cancel: ${first.director ?? 'a director'} has been asked to confirm the release, and a director that has confirmed does not go back.`;
  const next =
    'Wait until the deploy has ended; then open an earlier deploy in the list of deploys and roll the pair back to that one.';
  return new ServiceError('conflict', message, {}, { next });
}

/** Asks for a roll-back; the worker does it at its next safe point. Once a confirmation has begun there is none any more. */
export async function cancelDeploy({ ctx, input }: VerbArgs<{ id: string }>): Promise<Deploy> {
  requireRole(ctx, 'operator');
  await findDeploy(ctx.db, input.id);
  await inTransaction(ctx.db, async (tx) => {
    const { count } = await tx.deploy.updateMany({
      where: { id: input.id, openFor: { not: null }, NOT: confirming },
      data: { cancelled: true },
    });
    if (count === 0) throw await refusalOf(tx, input.id);
    const deploy = await tx.deploy.findUniqueOrThrow({ where: { id: input.id }, include: withTopology });
    await appendAudit(tx, ctx, {
      action: 'deploy.cancel',
      target: deploy.topology.name,
      after: { number: deploy.number },
    });
    await notify(tx, 'deploy', input.id);
  });
  await callWorker('cancelDeploy', { deployId: input.id }).catch(() => undefined);
  return findDeploy(ctx.db, input.id);
}
