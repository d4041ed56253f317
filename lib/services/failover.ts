// The planned failover as a verb: its check, its request, and what became of it; the worker gives the order and measures.
import 'server-only';
import { z } from 'zod';
import { ServiceError } from '@/lib/core/errors';
import { failoverSchema, type Failover, type FailoverCheck } from '@/lib/core/views/failover';
import type { Count } from '@/lib/core/views/forecast';
import { inTransaction, lockTopology, type Tx } from '@/lib/db/client';
import { Prisma, type Failover as FailoverRow } from '@/lib/db/generated/client';
import { checkFailover, endsOf, forecastFailover } from '@/lib/plan/check-failover';
import { callWorker } from '@/lib/worker/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { describeOpenWork } from './deploy-gate';
import { getLivePair } from './live';
import { loadHistory } from './verb-history';

export const startFailoverInput = z.object({
  topologyId: z.string(),
  /** Of the check that was shown: who hands over to whom. */
  ...{ from: z.string(), to: z.string() },
  /** Codes of the warnings that were shown and gone past. */
  accepted: z.array(z.string().max(40)).max(20),
});

export async function getFailoverCheck({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<FailoverCheck> {
  requireRole(ctx, 'operator');
  const { topologyId } = input;
  const pair = await getLivePair({ ctx, input: { topologyId } });
  const ends = endsOf(pair);
  const { running, newest } = await loadHistory(ctx.db, topologyId);
  const { stack } = (running ?? newest).document;
  const open = await describeOpenWork(ctx.db, topologyId);
  const names = ends && [ends.from.director, ends.to.director];
  const [from = 'unknown', to = 'unknown'] = await Promise.all(
    (names ?? []).map((name) => countEntries(ctx, topologyId, name)),
  );
  const facts = { pair, stack, now: Date.now(), open, entries: { from, to } };
  return {
    ...(ends && { from: ends.from.director, to: ends.to.director }),
    checkedAt: new Date().toISOString(),
    findings: checkFailover(facts),
    forecast: forecastFailover(facts),
  };
}

/** A director that does not answer is another finding's matter. */
async function countEntries(ctx: VerbContext, topologyId: string, name: string): Promise<Count> {
  const where = { topologyId_name: { topologyId, name } };
  const { id: directorId } = await ctx.db.director.findUniqueOrThrow({ where });
  return (await callWorker('countEntries', { directorId })).count;
}

/** Throws ServiceError: `conflict` when the check says no, or something that was not shown; `busy` when one is open. */
export async function startFailover({ ctx, input }: VerbArgs<z.infer<typeof startFailoverInput>>): Promise<Failover> {
  requireRole(ctx, 'operator');
  const { topologyId, from, to, accepted } = startFailoverInput.parse(input);
  const check = await getFailoverCheck({ ctx, input: { topologyId } });
  const warnings = refuseUnfit(check, { from, to, accepted });
  const row = await inTransaction(ctx.db, async (tx) => {
    // Locked, as a deploy's request does: of a failover and a deploy that are asked for at once one wins.
    await lockTopology(tx, topologyId);
    const open = await describeOpenWork(tx, topologyId);
    if (open !== undefined) throw new ServiceError('busy', `${open} of this pair is open.`);
    const { name } = await tx.topology.findUniqueOrThrow({ where: { id: topologyId } });
    await appendAudit(tx, ctx, {
      action: 'failover.start',
      target: name,
      before: { active: from },
      after: { to, warnings },
    });
    return tx.failover.create({
      data: { topologyId, from, to, state: 'running', author: ctx.account.email, warnings, openFor: topologyId },
    });
  }).catch(refuseSecond);
  await callWorker('startFailover', { failoverId: row.id }).catch((error: unknown) => giveUp(ctx, row.id, error));
  return toFailover(row);
}

/** Codes of the warnings. */
function refuseUnfit(check: FailoverCheck, asked: { from: string; to: string; accepted: string[] }): string[] {
  const refused = check.findings.find(({ state }) => state === 'refused');
  if (refused) throw new ServiceError('conflict', refused.sentence);
  if (check.from !== asked.from || check.to !== asked.to)
    throw new ServiceError('conflict', `${check.from ?? 'Nobody'} is active now; look at the check again.`);
  const warnings = check.findings.filter(({ state }) => state === 'warning');
  const fresh = warnings.find(({ code }) => !asked.accepted.includes(code));
  if (fresh) throw new ServiceError('conflict', `${fresh.sentence} Look at the check again.`);
  return warnings.map(({ code }) => code);
}

/** Without a worker nothing was sent, and nobody else will send it. */
async function giveUp(ctx: VerbContext, id: string, error: unknown): Promise<never> {
  const message = `The worker did not take it: ${error instanceof Error ? error.message : String(error)}`;
  await ctx.db.failover.updateMany({
    where: { id, openFor: { not: null } },
    data: { state: 'failed', message, openFor: null, endedAt: new Date() },
  });
  throw error;
}

function refuseSecond(error: unknown): never {
  if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002')
    throw new ServiceError('busy', 'A failover of this pair is open already.', {}, { cause: error });
  throw error;
}

/** Newest first. */
export async function listFailovers(tx: Tx, topologyId: string, take: number): Promise<Failover[]> {
  const rows = await tx.failover.findMany({ where: { topologyId }, orderBy: { startedAt: 'desc' }, take });
  return rows.map(toFailover);
}

function toFailover(row: FailoverRow): Failover {
  const { id, from, to, state, author, startedAt, endedAt, message, warnings, gap } = row;
  return failoverSchema.parse({
    ...{ id, from, to, state, author, message, warnings },
    startedAt: startedAt.toISOString(),
    ...(endedAt && { endedAt: endedAt.toISOString() }),
    ...(gap !== null && { gap }),
  });
}
