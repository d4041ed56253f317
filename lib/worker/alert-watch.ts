// Looks at every pair each two seconds, raises and clears alerts, and delivers them; one worker of any number does it.
import 'server-only';
import { topologyDocumentSchema, type TopologyDocument } from '../core/document';
import { composeLivePair } from '../core/live-pair';
import { neverRead } from '../core/never-read';
import { deployStateSchema } from '../core/views/deploy';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import { tryLock } from '../db/advisory-lock';
import type { Db } from '../db/client';
import type { Deploy } from '../db/generated/client';
import { pause } from '../deploy/run-step';
import { evaluateAlerts, type AlertInput } from '../live/alert-rules';
import { trackAlerts, type TrackedAlerts } from '../live/track-alerts';
import { clearAlert, loadOpenAlerts, raiseAlert, removeOldAlerts } from './alert-store';
import { deliverDue } from './deliver-alerts';
import type { Logger } from './logger';

export type AlertDeps = { db: Db; log: Logger; signal: AbortSignal };

const LOOK_MS = 2_000;
const LOCK_AGAIN_MS = 5_000;
const CLEAN_MS = 3_600_000;
const ENDED = ['verified', 'rolled-back', 'failed'];

/** Runs until the signal aborts. */
export async function keepAlerting(deps: AlertDeps): Promise<void> {
  const { log, signal } = deps;
  while (!signal.aborted) {
    const lock = await tryLock('alerts').catch(() => undefined);
    if (lock) {
      const held = { ...deps, signal: AbortSignal.any([signal, lock.lost]) };
      // Side by side: a mail server that does not answer must not keep the next alert from being seen.
      await Promise.all([
        repeat(held, LOOK_MS, lookAtPairs(deps.db)),
        repeat(held, LOOK_MS, () => deliverDue(deps.db, log)),
        repeat(held, CLEAN_MS, () => removeOldAlerts(deps.db)),
      ]);
      await lock.release();
    }
    await pause(LOCK_AGAIN_MS, signal);
  }
}

async function repeat({ log, signal }: AlertDeps, everyMs: number, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await work().catch((err: unknown) => log.warn({ err }, 'alerts'));
    await pause(everyMs, signal);
  }
}

/** Remembers what it saw of each pair; the first look goes on from the open rows. */
export function lookAtPairs(db: Db, clock: () => number = Date.now): () => Promise<void> {
  const known = new Map<string, TrackedAlerts>();
  return async () => {
    const topologies = await db.topology.findMany({ select: { id: true } });
    for (const { id } of topologies) {
      const now = clock();
      const before = known.get(id) ?? (await loadOpenAlerts(db, id, now));
      const { tracked, raised, cleared } = trackAlerts(before, evaluateAlerts(await loadInput(db, id, now), now), now);
      for (const condition of raised) await raiseAlert(db, id, condition);
      for (const condition of cleared) await clearAlert(db, id, condition);
      known.set(id, tracked);
    }
    for (const id of known.keys()) if (!topologies.some((each) => each.id === id)) known.delete(id);
  };
}

async function loadInput(db: Db, topologyId: string, now: number): Promise<AlertInput> {
  const rows = await db.director.findMany({ where: { topologyId }, include: { live: true }, orderBy: { name: 'asc' } });
  const hosts = rows.map(({ name, live }): LiveHost => {
    const read = liveHostSchema.safeParse(live?.frame);
    return read.success ? read.data : neverRead(name);
  });
  const newest = (states: string[]) =>
    db.deploy.findFirst({ where: { topologyId, state: { in: states } }, orderBy: { number: 'desc' } });
  const [last, verified, failed] = await Promise.all([newest(ENDED), newest(['verified']), newest(['failed'])]);
  return {
    pair: composeLivePair(topologyId, hosts, now),
    document: await loadDocument(db, topologyId, hosts),
    lastDeploy: last ? toEnded(last) : undefined,
    failedDeploy: failed && failed.number > (verified?.number ?? 0) ? toEnded(failed) : undefined,
  };
}

function toEnded({ number, state, outcome }: Deploy): AlertInput['lastDeploy'] {
  return { number, state: deployStateSchema.parse(state), outcome: outcome ?? undefined };
}

/** Of the revision that runs: what nobody has deployed yet is not missed. */
async function loadDocument(
  db: Db,
  topologyId: string,
  hosts: readonly LiveHost[],
): Promise<TopologyDocument | undefined> {
  const number = hosts.find(({ drift }) => drift.revision !== undefined)?.drift.revision;
  if (number === undefined) return undefined;
  const row = await db.topologyRevision.findUnique({ where: { topologyId_number: { topologyId, number } } });
  const read = topologyDocumentSchema.safeParse(row?.document);
  return read.success ? read.data : undefined;
}
