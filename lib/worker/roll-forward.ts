// A pair that ended split (one director confirmed, the other went back) is rolled forward by a deploy of the same revision.
import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { lockTopology, type Db } from '../db/client';
import { Prisma, type Deploy, type DeployStep } from '../db/generated/client';
import { notify } from '../db/listen';
import { reachedBy, type Reached } from '../deploy/decide-resume';
import { confirmedIn, transactionOf } from '../deploy/deploy-run';
import type { DirectorHosts } from './director-hosts';
import type { Logger } from './logger';
import { makePlan } from './make-plan';
import { loadReleaseHashes } from './stored-plan';

export type RollForwardDeps = { db: Db; hosts: DirectorHosts; log: Logger; signal: AbortSignal };

/** The director that went back may be without power or network for a while. */
const TRIES = 40;
const PAUSE_MS = 15_000;
/** Attempts that did not help wait longer and longer: each is a row in the history. */
const LONGEST_PAUSE_MS = 600_000;
/** A pair that is switched and goes back again and again has a fault that deploys do not mend. */
const MOST_SWITCHED = 3;
/** Of the deploys that nobody asked for; no account is called so, as it is no address. */
export const CONSOLE_AUTHOR = 'console';

/** Ids of pairs that a deploy left split, so that a worker that was killed in between finds them. */
export async function listSplitPairs(db: Db): Promise<string[]> {
  const newest = await db.deploy.findMany({ orderBy: { number: 'desc' }, distinct: ['topologyId'] });
  const split = await Promise.all(
    newest.map(async ({ topologyId }) => ((await findSplit(db, topologyId)) ? [topologyId] : [])),
  );
  return split.flat();
}

type PastStep = Pick<DeployStep, 'sequence' | 'name' | 'state' | 'director'>;
/** Without what the tools said, which may be long: this is read after every deploy. */
type Past = Deploy & { steps: PastStep[] };

/** `split`: the newest deploy that left the pair split and that no deploy has mended since; one that came to nothing mends nothing, whoever asked for it. */
async function findSplit(db: Db, topologyId: string): Promise<{ split: Past; past: Past[] } | undefined> {
  const past = await sinceVerified(db, topologyId);
  if (past.some(({ openFor }) => openFor !== null)) return undefined;
  const split = past.find((row) => row.state === 'failed' && isSplit(row));
  return split && { split, past };
}

/** Newest first. */
async function sinceVerified(db: Db, topologyId: string): Promise<Past[]> {
  const verified = await db.deploy.findFirst({
    where: { topologyId, state: 'verified' },
    orderBy: { number: 'desc' },
    select: { number: true },
  });
  return db.deploy.findMany({
    where: { topologyId, number: { gt: verified?.number ?? 0 } },
    orderBy: { number: 'desc' },
    include: { steps: { select: { sequence: true, name: true, state: true, director: true } } },
  });
}

/** The journal tells: confirmed on one director and not on the other, or perhaps so. */
function isSplit({ steps }: Past): boolean {
  const touched = new Set(steps.flatMap(({ name, director }) => (name === 'switch' && director ? [director] : [])));
  const kept = steps.flatMap((step) => (step.director && isKept(step) ? [step.director] : []));
  const confirmed = new Set([...confirmedIn(steps), ...kept]);
  return confirmed.size < touched.size && confirmed.size + doubtful(steps).length > 0;
}

/** A confirmation whose answer was lost: the roll back found the release confirmed and left it. */
function isKept({ name, state }: { name: string; state: string }): boolean {
  return name === 'rollback' && state === 'skipped';
}

/** Roll backs of directors that stayed away after a confirmation had been sent to them: which of the two they did is not known. */
function doubtful(steps: readonly PastStep[]): PastStep[] {
  const wasSent = (director: string | null) =>
    steps.some((step) => step.name === 'confirm' && step.director === director);
  return steps.filter(({ name, state, director }) => name === 'rollback' && state === 'unknown' && wasSent(director));
}

/** Answers the id of the deploy that was begun; undefined when somebody else was quicker, nothing is to be done or the director stays away. */
export async function rollForward(deps: RollForwardDeps, topologyId: string): Promise<string | undefined> {
  const { db, log, signal } = deps;
  const sleepFor = (milliseconds: number) => sleep(milliseconds, undefined, { signal }).catch(() => undefined);
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt += 1) {
    const found = await findSplit(db, topologyId);
    if (!found) return undefined;
    const { split, past } = found;
    const isDoubtful = doubtful(split.steps).length > 0;
    if (isDoubtful && (await settleDoubts(deps, split))) continue;
    const { inVain, switched } = countAttempts(past);
    if (switched >= MOST_SWITCHED) {
      log.error(
        { deploy: split.number, attempts: switched },
        'the pair stays split: deploys of the same revision go back each time',
      );
      return undefined;
    }
    // After an attempt that mended nothing the next one waits: what was in its way may pass.
    if (attempt === 1 && inVain > 0) await sleepFor(Math.min(PAUSE_MS * 2 ** (inVain - 1), LONGEST_PAUSE_MS));
    const plan = isDoubtful ? undefined : await planAgain(deps, split);
    if (plan?.deployable && !(await isApproved(db, split, plan.id))) {
      log.error({ deploy: split.number }, 'the pair stays split: what would be deployed is not what was approved');
      return undefined;
    }
    const begun = plan?.deployable ? await insertDeploy(db, split, plan) : undefined;
    if (begun === 'busy') return undefined;
    if (begun && begun !== 'failover') return begun.id;
    log.info({ deploy: split.number, attempt }, 'the split pair cannot be rolled forward yet');
    await sleepFor(PAUSE_MS);
  }
  return undefined;
}

/** A director that is just coming back may make a plan impossible in more ways than one. */
function planAgain({ db, hosts, log }: RollForwardDeps, { topologyId, revision, number }: Past) {
  return makePlan(db, hosts, { topologyId, revision, actor: CONSOLE_AUTHOR }).catch(
    (error: unknown) => void log.warn({ err: error, deploy: number }, 'no plan to roll forward by'),
  );
}

/** Asks the directors what they did and writes it down; false while one of them cannot be asked or is still at it. */
async function settleDoubts(
  { db, hosts, log }: RollForwardDeps,
  { id, topologyId, number, planHash, steps }: Past,
): Promise<boolean> {
  const directors = await db.director.findMany({ where: { topologyId } });
  const transaction = transactionOf(number, planHash);
  for (const { sequence, director } of doubtful(steps)) {
    const row = directors.find(({ name }) => name === director);
    if (!row || director === null) return false;
    try {
      const status = await (await hosts.open(row.id)).status();
      const reached = reachedBy(status, transaction);
      const isKeptThere = reached === 'confirmed';
      // Its timer runs, or its roll back does: what it will be is not decided yet.
      if (!isKeptThere && (isPending(reached) || status.step !== '')) {
        log.info({ deploy: number, director, reached }, 'the director has not ended its deploy yet');
        return false;
      }
      const message = isKeptThere
        ? `${director} answers again: the confirmation had come to it, it keeps ${transaction}.`
        : `${director} answers again: it is back on ${status.confirmed}.`;
      await db.deployStep.update({
        where: { deployId_sequence: { deployId: id, sequence } },
        data: { state: isKeptThere ? 'skipped' : 'done', message },
      });
    } catch (error) {
      log.info({ err: error, deploy: number, director }, 'not known yet whether the director has confirmed');
      return false;
    }
  }
  return true;
}

function isPending(reached: Reached): boolean {
  return reached === 'armed' || reached === 'switched';
}

/** Of the console, since the pair was whole: how many ended, and how many of them came as far as a switch. */
function countAttempts(past: readonly Past[]): { inVain: number; switched: number } {
  const own = past.filter(({ author }) => author === CONSOLE_AUTHOR);
  return {
    inVain: own.length,
    switched: own.filter(({ steps }) => steps.some(({ name }) => name === 'switch')).length,
  };
}

/** An approval, or the reason given in its place, is of files: a director's facts or a newer console may have made others of the same revision. */
export async function isApproved(
  db: Db,
  { planId, approver, breakGlass }: Pick<Deploy, 'planId' | 'approver' | 'breakGlass'>,
  newPlanId: string,
): Promise<boolean> {
  if (approver === null && breakGlass === null) return true;
  const [old, next] = [await loadReleaseHashes(db, planId), await loadReleaseHashes(db, newPlanId)];
  return old !== undefined && isDeepStrictEqual(old, next);
}

/** `busy`: another deploy was quicker. `failover`: the roles that the plan was made for are about to change. */
type Begun = { id: string } | 'busy' | 'failover';

/** The same release that was asked for and approved, so nobody is asked again; an open deploy of an operator goes first. */
export async function insertDeploy(
  db: Db,
  split: Deploy,
  plan: { id: string; hash: string; revision: number },
): Promise<Begun> {
  const { topologyId, approver, breakGlass } = split;
  const head = { topologyId, approver, breakGlass, planId: plan.id, planHash: plan.hash, revision: plan.revision };
  try {
    return await db.$transaction(async (tx) => {
      // Locked, as the request of a deploy and that of a failover do: of two that come at once one wins.
      await lockTopology(tx, topologyId);
      if (await tx.failover.findFirst({ where: { openFor: topologyId } })) return 'failover';
      const { _max: newest } = await tx.deploy.aggregate({ where: { topologyId }, _max: { generation: true } });
      const row = await tx.deploy.create({
        data: {
          ...head,
          state: 'queued',
          author: CONSOLE_AUTHOR,
          generation: (newest.generation ?? 0) + 1,
          openFor: topologyId,
        },
        include: { topology: { select: { name: true } } },
      });
      await tx.auditRow.create({
        data: {
          ...{ actor: CONSOLE_AUTHOR, action: 'deploy.roll-forward', target: row.topology.name, source: 'worker' },
          ...{ after: { number: row.number, after: split.number }, requestId: row.id },
        },
      });
      await notify(tx, 'deploy', row.id);
      return { id: row.id };
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') return 'busy';
    throw error;
  }
}
