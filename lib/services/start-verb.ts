// Does a verb of the live page: its revision is saved, and exactly the plan of its forecast is deployed.
import 'server-only';
import { pino } from 'pino';
import { z } from 'zod';
import { ServiceError } from '@/lib/core/errors';
import type { StartedVerb, VerbRecord } from '@/lib/core/views/verbs';
import { inTransaction } from '@/lib/db/client';
import { toPlan } from '@/lib/db/rows';
import { canonicalHash } from '@/lib/plan/canonical-hash';
import { holdersOf } from '@/lib/plan/server-holders';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { describeOpenWork } from './deploy-gate';
import { getLivePair } from './live';
import { prepareVerb, serverOf, servicesOf, verbInput, type PreparedVerb } from './prepare-verb';
import { advance, rename } from './save-topology';
import { startDeploy } from './start-deploy';
import { appendRevision } from './topology-rows';

export const startVerbInput = verbInput.extend({
  /** Of the forecast that was shown. */
  ...{ newestRevision: z.int(), runningRevision: z.int(), planId: z.string(), planHash: z.string() },
});
export type StartVerbInput = z.infer<typeof startVerbInput>;

const LOOK_AGAIN = 'Look at the forecast again.';

const log = pino({ name: 'verbs' });

/** Throws ServiceError: `busy` and `conflict` before anything is saved; whatever stops the deploy comes back with the saved revision. */
export async function startVerb({ ctx, input }: VerbArgs<StartVerbInput>): Promise<StartedVerb> {
  requireRole(ctx, 'operator');
  const asked = startVerbInput.parse(input);
  const { topologyId, planId, planHash } = asked;
  // Before a revision is saved that could not be deployed.
  const open = await describeOpenWork(ctx.db, topologyId);
  if (open !== undefined) throw new ServiceError('busy', `${open} of this pair is open.`);
  const prepared = await prepareVerb(ctx.db, asked);
  await refuseOtherPlan(ctx, asked, prepared);
  const connections = await countNow(ctx, topologyId, prepared);
  const record: VerbRecord = { verb: asked.verb, base: asked.base, changes: prepared.changes, connections };
  const revision = await saveRevision(ctx, prepared, record);
  try {
    const deploy = await startDeploy({ ctx, input: { planId, planHash } });
    return { revision, planId, deployId: deploy.id };
  } catch (error) {
    return { revision, planId, ...describeStop(ctx, error) };
  }
}

/** Thrown further, it would read as if nothing had been saved. */
function describeStop({ requestId }: VerbContext, error: unknown): Pick<StartedVerb, 'why' | 'isDoubtful'> {
  if (error instanceof ServiceError) return { why: error.message };
  log.error({ requestId, err: error }, 'the deploy of a verb was asked for without an answer');
  return {
    isDoubtful: true,
    why: 'Its deploy was asked for and the answer was lost; the log of the console has the reason.',
  };
}

async function refuseOtherPlan(ctx: VerbContext, asked: StartVerbInput, prepared: PreparedVerb): Promise<void> {
  const { newest } = prepared.history;
  if (newest.number !== asked.newestRevision)
    throw new ServiceError('conflict', `${newest.by} saved revision ${newest.number} meanwhile. ${LOOK_AGAIN}`);
  if (prepared.runningRevision !== asked.runningRevision)
    throw new ServiceError('conflict', `Revision ${prepared.runningRevision} was deployed meanwhile. ${LOOK_AGAIN}`);
  const row = await ctx.db.plan.findUnique({ where: { id: asked.planId } });
  const isOurs = row?.topologyId === asked.topologyId && row.revision === newest.number + 1;
  if (!row || !isOurs || row.hash !== asked.planHash)
    throw new ServiceError('conflict', `This is not the plan of this forecast. ${LOOK_AGAIN}`);
  const plan = toPlan(row);
  // The stored plan lost the order of its members.
  if (canonicalHash(plan.objects) !== canonicalHash(prepared.objects))
    throw new ServiceError('conflict', `The plan changes something else than this verb. ${LOOK_AGAIN}`);
  if (!plan.deployable) throw new ServiceError('invalid', 'The plan has problems that forbid a deploy.');
}

/** From the newest frame: a count is worth no second look at a director. */
async function countNow(ctx: VerbContext, topologyId: string, prepared: PreparedVerb) {
  const { hosts, active } = await getLivePair({ ctx, input: { topologyId } });
  const host = hosts.find(({ director }) => director === active);
  if (!host) return 'unknown' as const;
  const target = { ...serverOf(prepared.changes), services: servicesOf(prepared) };
  return holdersOf({ director: host.director, services: host.services }, target).connections;
}

async function saveRevision(ctx: VerbContext, prepared: PreparedVerb, record: VerbRecord): Promise<number> {
  const { history, document, changes } = prepared;
  const { topologyId, newest } = history;
  return inTransaction(ctx.db, async (tx) => {
    await advance(tx, topologyId, newest.number);
    await rename(tx, topologyId, document.name);
    const { number } = await appendRevision(tx, {
      ...{ topologyId, number: newest.number + 1, document, author: ctx.account.email },
      ...{ message: messageOf(prepared, record), verb: record },
    });
    await appendAudit(tx, ctx, {
      action: `server.${record.verb.kind}`,
      target: `${document.name}: ${serverOf(changes).address}`,
      before: changes.map(({ pool, before = null }) => ({ pool, realServer: before })),
      after: {
        revision: number,
        connections: record.connections,
        changes: changes.map(({ pool, after = null }) => ({ pool, realServer: after })),
      },
    });
    return number;
  });
}

function messageOf({ title, pending, runningRevision, history }: PreparedVerb, { base }: VerbRecord): string {
  if (base === 'newest' || pending.length === 0) return title;
  return `${title}. Made from revision ${runningRevision}, which runs: what came after it, up to revision ${history.newest.number}, is set aside there.`;
}
