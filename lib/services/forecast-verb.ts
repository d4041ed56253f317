// What a verb of the live page would do, before it is done: the plan of the revision that it would make, and who holds the real server.
import 'server-only';
import type { ServerHolders, VerbForecast } from '@/lib/core/views/verbs';
import { explainVerb } from '@/lib/plan/explain-verb';
import { callWorker } from '@/lib/worker/client';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { refusalsAhead } from './deploy-gate';
import { getLivePair } from './live';
import { prepareVerb, serverOf, servicesOf, verbInput, type PreparedVerb, type VerbInput } from './prepare-verb';

export async function forecastVerb({ ctx, input }: VerbArgs<VerbInput>): Promise<VerbForecast> {
  requireRole(ctx, 'operator');
  const asked = verbInput.parse(input);
  const { topologyId } = asked;
  const prepared = await prepareVerb(ctx.db, asked);
  const { history, runningRevision, document, changes, title, pending } = prepared;
  const { number } = history.newest;
  const [plan, holders] = await Promise.all([
    callWorker('makePlan', { topologyId, revision: number + 1, actor: ctx.account.email, document }),
    holdersNow(ctx, topologyId, prepared),
  ]);
  return {
    ...{ title, newestRevision: number, runningRevision, changes, pending, plan },
    ...(holders && { holders }),
    sentences: explainVerb({ document, changes, holders }),
    refusals: await refusalsAhead(ctx, topologyId),
  };
}

/** Undefined when nobody is known to be active: the forecast then says that nothing is known, and the plan why. */
async function holdersNow(
  ctx: VerbContext,
  topologyId: string,
  prepared: PreparedVerb,
): Promise<ServerHolders | undefined> {
  const { active } = await getLivePair({ ctx, input: { topologyId } });
  if (active === undefined) return undefined;
  const where = { topologyId_name: { topologyId, name: active } };
  const { id: directorId } = await ctx.db.director.findUniqueOrThrow({ where });
  return callWorker('readHolders', { directorId, ...serverOf(prepared.changes), services: servicesOf(prepared) });
}
