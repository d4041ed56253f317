// The forecast of a plan from the connections that exist now: when the plan is made, and again whenever somebody asks.
import 'server-only';
import { invariant, ServiceError } from '../core/errors';
import type { HostRelease } from '../core/release';
import { resolveTopology } from '../core/resolve';
import type { Topology } from '../core/topology';
import type { Forecast } from '../core/views/forecast';
import { planSchema, type Plan } from '../core/views/plan';
import type { Db } from '../db/client';
import type { TrafficNow } from '../plan/forecast-counts';
import { forecastTraffic } from '../plan/forecast-traffic';
import type { DirectorHosts } from './director-hosts';
import { readTraffic } from './read-traffic';
import { loadDocument, loadPrevious, loadStoredPlan, type Previous, type StoredPlan } from './stored-plan';

type Planned = {
  plan: Pick<Plan, 'topologyId' | 'hosts' | 'mode'>;
  topology: Topology;
  releases: readonly HostRelease[];
  previous: Previous | undefined;
};

/** Undefined when no release was made for the active director: then the plan says why, and is not deployable. */
export async function forecastNow(db: Db, hosts: DirectorHosts, planned: Planned): Promise<Forecast | undefined> {
  const { plan, topology, releases, previous } = planned;
  const host = plan.hosts.find(({ role }) => role === 'active');
  const release = releases.find(({ director }) => director === host?.director);
  if (!host || !release) return undefined;
  const held = host.baseRelease === 'none' ? undefined : previous;
  const base = held && resolveTopology(held.document).topology;
  const heldRelease = held?.releases.find(({ director }) => director === host.director);
  return forecastTraffic({
    ...{ host, release, mode: plan.mode, topology, traffic: await lookAt(db, hosts, plan.topologyId, host.director) },
    ...(base && { base }),
    ...(heldRelease && { previous: heldRelease }),
  });
}

async function lookAt(db: Db, hosts: DirectorHosts, topologyId: string, name: string): Promise<TrafficNow> {
  const director = await db.director.findFirst({ where: { topologyId, name } });
  if (!director) return { director: name, problem: `${name} has no management address.` };
  try {
    return await readTraffic(await hosts.openReader(director.id));
  } catch (cause) {
    return { director: name, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}

/**
 * Counts again, from the same base; what the plan would do, and so its hash, is untouched. Throws ServiceError('conflict') when a deploy
 * of the plan began while the director was read: the numbers of before are its record.
 */
export async function renewForecast(db: Db, hosts: DirectorHosts, planId: string): Promise<Plan> {
  const plan = await loadStoredPlan(db, planId);
  const { topologyId, revision } = plan;
  const { topology } = resolveTopology(await loadDocument(db, topologyId, revision));
  invariant(topology, 'a planned revision resolves');
  const previous = await loadBase(db, plan);
  const forecast = await forecastNow(db, hosts, { plan, topology, releases: plan.sources.releases, previous });
  const body = JSON.parse(JSON.stringify({ ...plan, forecast })) as object;
  const { count } = await db.plan.updateMany({ where: { id: planId, deploys: { none: {} } }, data: { body } });
  if (count === 0) throw new ServiceError('conflict', 'A deploy of this plan began meanwhile.');
  return planSchema.parse(body);
}

/** Not the newest verified deploy: that may be the one of this very plan by now. */
async function loadBase(db: Db, { topologyId, baseRevision, hosts }: StoredPlan): Promise<Previous | undefined> {
  if (baseRevision === undefined) return undefined;
  const document = await loadDocument(db, topologyId, baseRevision);
  const held = Object.fromEntries(hosts.map(({ director, baseRelease }) => [director, baseRelease]));
  return loadPrevious(db, topologyId, held, { revision: baseRevision, document, releases: [] });
}
