// Runs deploys: one at a time for each pair over any number of workers, and again after a worker was killed.
import 'server-only';
import { HostError, InvariantError } from '../core/errors';
import { tryLock } from '../db/advisory-lock';
import type { Db } from '../db/client';
import { isBegun, type DeployJournal, type PreparedDeploy, type Run } from '../deploy/deploy-run';
import { runDeploy } from '../deploy/run-deploy';
import { openDeployJournal } from './deploy-journal';
import type { DirectorHosts } from './director-hosts';
import type { Logger } from './logger';
import { prepareDeploy, prepareWayBack } from './prepare-deploy';
import { listSplitPairs, rollForward } from './roll-forward';

export type DeployRunner = {
  /** Resolves when the deploy has ended, or is suspended because the worker stops. Throws when another worker runs it. */
  run: (deployId: string) => Promise<void>;
  /** Every open deploy: at the start of a worker, and now and then for one whose worker died. */
  resumeAll: () => Promise<void>;
  /** Resolves when nothing runs in this worker any more. */
  idle: () => Promise<void>;
};
export type RunnerDeps = {
  db: Db;
  hosts: DirectorHosts;
  log: Logger;
  signal: AbortSignal;
  /** Tests send releases that no renderer would make. */
  prepare?: (db: Db, deployId: string) => Promise<PreparedDeploy>;
};

export function openDeployRunner(deps: RunnerDeps): DeployRunner {
  const running = new Map<string, Promise<void>>();
  const rolling = new Map<string, Promise<void>>();
  const run = (deployId: string): Promise<void> => {
    const known = running.get(deployId);
    if (known) return known;
    const work = runLocked(deps, deployId)
      .finally(() => running.delete(deployId))
      .then(rollSplitPairs);
    running.set(deployId, work);
    return work;
  };
  const rollSplitPairs = async () => {
    for (const topologyId of await listSplitPairs(deps.db)) {
      if (rolling.has(topologyId)) continue;
      const work = rollForward(deps, topologyId)
        .then(async (id) => (id === undefined ? undefined : run(id)))
        .catch((error: unknown) => deps.log.error({ err: error }, 'a split pair could not be rolled forward'))
        .finally(() => rolling.delete(topologyId));
      rolling.set(topologyId, work);
    }
  };
  const resumeAll = async () => {
    const open = await deps.db.deploy.findMany({ where: { openFor: { not: null } }, select: { id: true } });
    await Promise.allSettled(open.map(({ id }) => run(id)));
    await rollSplitPairs();
  };
  const idle = async () => {
    await Promise.allSettled([...running.values(), ...rolling.values()]);
  };
  return { run, resumeAll, idle };
}

async function runLocked(deps: RunnerDeps, deployId: string): Promise<void> {
  const { db, log, signal } = deps;
  const row = await db.deploy.findUnique({ where: { id: deployId } });
  if (!row?.openFor) return; // ended, or its topology is gone
  const lock = await tryLock(`deploy:${row.topologyId}`);
  if (!lock) throw new Error(`deploy ${row.number} is run by another worker`);
  try {
    // While this worker waited for the lock, another one may have ended the deploy.
    const now = await db.deploy.findUnique({ where: { id: deployId }, select: { openFor: true } });
    if (!now?.openFor) return;
    log.info({ deploy: row.number, state: row.state }, 'deploy begins or goes on');
    const roundTrips: RoundTrips = {};
    const end = await runOne(deps, deployId, AbortSignal.any([signal, lock.lost]), roundTrips);
    log.info({ deploy: row.number, end, roundTrips }, 'deploy ended');
  } finally {
    await lock.release();
  }
}

/** How often each director was waited for: commands sent together count as one; without the proof of a new connection. */
type RoundTrips = Record<string, number>;

async function runOne(
  deps: RunnerDeps,
  deployId: string,
  signal: AbortSignal,
  roundTrips: RoundTrips,
): Promise<string> {
  const { db, log, prepare = prepareDeploy } = deps;
  const journal = await openDeployJournal(db, deployId);
  let run: Run;
  try {
    const deploy = await prepare(db, deployId).catch((error: unknown) => wayBackAfter(deps, deployId, journal, error));
    run = { deploy, journal, hosts: await openHosts(deps, deployId, deploy, roundTrips), signal };
  } catch (error) {
    const steps = await journal.steps();
    // Begun already: the directors must be asked, so the deploy stays open and is tried again.
    if (isBegun(steps)) throw error;
    const why = error instanceof Error ? error.message : String(error);
    await journal.finish({ state: 'refused', outcome: `Nothing was changed. ${why}`, proof: [] });
    log.error({ err: error }, 'deploy cannot be prepared');
    return 'refused';
  }
  return runDeploy(run);
}

/** A deploy that was begun by another version of the console is not left open for ever: it is ended by what the directors say. */
async function wayBackAfter(
  { db, log }: RunnerDeps,
  deployId: string,
  journal: DeployJournal,
  error: unknown,
): Promise<PreparedDeploy> {
  const steps = await journal.steps();
  if (!(error instanceof InvariantError) || !isBegun(steps)) throw error;
  log.error({ err: error }, 'a deploy that was begun cannot go forward');
  const directors = new Set(steps.flatMap(({ director }) => director ?? []));
  return prepareWayBack(db, deployId, { directors: [...directors], why: error.message });
}

async function openHosts(
  { db, hosts }: RunnerDeps,
  deployId: string,
  deploy: PreparedDeploy,
  roundTrips: RoundTrips,
): Promise<Run['hosts']> {
  const { topologyId } = await db.deploy.findUniqueOrThrow({ where: { id: deployId } });
  const rows = await db.director.findMany({ where: { topologyId } });
  const opened = await Promise.all(
    deploy.hosts.map(async ({ director }) => {
      const row = rows.find(({ name }) => name === director);
      if (!row) throw new HostError('unreachable', `${director} has no address for management.`, { host: director });
      const count = () => (roundTrips[director] = (roundTrips[director] ?? 0) + 1);
      return [director, counted(await hosts.open(row.id), count)] as const;
    }),
  );
  return Object.fromEntries(opened);
}

function counted(host: Run['hosts'][string], count: () => void): Run['hosts'][string] {
  let underWay = 0;
  const wait = async <T>(answer: () => Promise<T>): Promise<T> => {
    if (underWay === 0) count();
    underWay += 1;
    return answer().finally(() => (underWay -= 1));
  };
  return {
    ...host,
    guard: (...args) => wait(() => host.guard(...args)),
    sequence: (...args) => wait(() => host.sequence(...args)),
    read: (...args) => wait(() => host.read(...args)),
    status: (...args) => wait(() => host.status(...args)),
  };
}
