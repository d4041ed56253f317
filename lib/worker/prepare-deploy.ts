// From a deploy's row to everything that its run needs: the plan it is bound to, rendered again with the secrets, and proven to be the same.
import 'server-only';
import { invariant } from '../core/errors';
import { resolveTopology } from '../core/resolve';
import type { HostRelease } from '../core/release';
import type { DeployState } from '../core/views/deploy';
import type { Db } from '../db/client';
import type { Deploy } from '../db/generated/client';
import { timersOf, transactionOf, type PreparedDeploy, type PreparedHost } from '../deploy/deploy-run';
import { nothingExpected } from '../deploy/verify-host';
import { packRelease, releaseHash } from '../render/release-archive';
import { renderTopology } from '../render/render-topology';
import { ensureHeartbeatKey } from './console-secrets';
import { expectedOf, factsOf, loadDeployed, loadDocument, loadStoredPlan, type StoredPlan } from './stored-plan';

/** For tests of what no renderer would make. */
export type EditRelease = (release: HostRelease) => HostRelease;

/** Throws InvariantError when the renderer gives other bytes than the plan that was approved. */
export async function prepareDeploy(
  db: Db,
  deployId: string,
  edit: EditRelease = (same) => same,
): Promise<PreparedDeploy> {
  const row = await db.deploy.findUniqueOrThrow({ where: { id: deployId } });
  const { topologyId } = row;
  const plan = await loadStoredPlan(db, row.planId);
  const heartbeatKey = await ensureHeartbeatKey(db, topologyId);
  const head = await headOf(db, row, heartbeatKey);
  const { topology } = head;
  const { releases } = renderTopology({ topology, facts: factsOf(plan), secrets: { heartbeatKey } });
  const hosts = await Promise.all(releases.map((release) => prepareHost(db, topologyId, plan, release, edit)));
  return {
    ...head,
    hosts,
    mode: plan.mode,
    timerSeconds: (plan.mode === 'rolling' && rehearsalTimers()) || timersOf(plan.timerSeconds),
  };
}

/**
 * For a deploy that was begun and whose releases cannot be made any more: enough to undo it on `directors`, or to confirm it where the
 * other director has confirmed. `why`: a sentence.
 */
export async function prepareWayBack(
  db: Db,
  deployId: string,
  { directors, why }: { directors: readonly string[]; why: string },
): Promise<PreparedDeploy> {
  const row = await db.deploy.findUniqueOrThrow({ where: { id: deployId } });
  return {
    ...(await headOf(db, row, await ensureHeartbeatKey(db, row.topologyId))),
    wayBack: why,
    hosts: directors.map((director) => ({
      ...{ director, baseRelease: 'unknown', archive: new Uint8Array(), expected: nothingExpected },
    })),
    mode: 'together', // the more patient one
    timerSeconds: timersOf(0), // nothing is armed on the way back
  };
}

/** What both ways need, from the deploy's own row. */
async function headOf(db: Db, row: Deploy, heartbeatKey: string) {
  const { id, topologyId, number, planHash, revision, generation } = row;
  const { topology } = resolveTopology(await loadDocument(db, topologyId, revision));
  invariant(topology, 'a planned revision resolves');
  return {
    ...{ id, number, generation, topology },
    transaction: transactionOf(number, planHash),
    state: row.state as DeployState,
    secrets: [heartbeatKey],
    endedTransactions: await loadEnded(db, topologyId),
  };
}

/** The fault matrix waits for timers; with a short one on both directors it takes an hour instead of a night. */
function rehearsalTimers(): PreparedDeploy['timerSeconds'] | undefined {
  const seconds = Number(process.env['LVS_CONSOLE_REHEARSAL_TIMER_SECONDS'] ?? 0);
  return seconds > 0 ? { active: seconds, standby: seconds } : undefined;
}

async function prepareHost(
  db: Db,
  topologyId: string,
  plan: StoredPlan,
  release: HostRelease,
  edit: EditRelease,
): Promise<PreparedHost> {
  const { director } = release;
  const planned = plan.hosts.find((host) => host.director === director);
  invariant(planned, `the plan has a part for ${director}`);
  const isSame = releaseHash(release) === plan.sources.releaseHashes[director];
  invariant(
    isSame,
    `the release of ${director} is not the one that was planned: the console was updated in between. Make a new plan.`,
  );
  const base = await loadDeployed(db, topologyId, planned.baseRelease);
  const previous = base?.releases.find((other) => other.director === director);
  return {
    director,
    baseRelease: planned.baseRelease,
    archive: packRelease(edit(release), planned.daemonAction),
    expected: expectedOf(release),
    ...(previous && { previous: expectedOf(previous) }),
  };
}

/** The newest are enough: a director keeps at most one transaction. */
async function loadEnded(db: Db, topologyId: string): Promise<string[]> {
  const rows = await db.deploy.findMany({
    where: { topologyId, openFor: null },
    orderBy: { number: 'desc' },
    take: 100,
  });
  return rows.map(({ number, planHash }) => transactionOf(number, planHash));
}
