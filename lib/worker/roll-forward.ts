// A pair that ended split (one director confirmed, the other went back) is rolled forward by a deploy of the same revision.
import 'server-only';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Db } from '../db/client';
import { Prisma, type Deploy } from '../db/generated/client';
import { notify } from '../db/listen';
import type { DirectorHosts } from './director-hosts';
import type { Logger } from './logger';
import { makePlan } from './make-plan';

export type RollForwardDeps = { db: Db; hosts: DirectorHosts; log: Logger; signal: AbortSignal };

/** The director that went back may be without power or network for a while. */
const TRIES = 40;
const PAUSE_MS = 15_000;
/** A pair that splits again and again has a fault that deploys do not mend. */
const MOST_IN_A_ROW = 3;
const AUTHOR = 'console';

/** Ids of pairs that a deploy left split, so that a worker that was killed in between finds them. */
export async function listSplitPairs(db: Db): Promise<string[]> {
  const newest = await db.deploy.findMany({ orderBy: { number: 'desc' }, distinct: ['topologyId'] });
  const split = await Promise.all(
    newest.map(async ({ topologyId }) => ((await splitDeploy(db, topologyId)) ? [topologyId] : [])),
  );
  return split.flat();
}

/** The deploy that left the pair split: the newest, or what stands before attempts of the console that mended nothing. */
async function splitDeploy(db: Db, topologyId: string): Promise<Deploy | undefined> {
  const rows = await db.deploy.findMany({
    where: { topologyId },
    orderBy: { number: 'desc' },
    take: MOST_IN_A_ROW + 1,
  });
  for (const row of rows) {
    if (await isSplit(db, row)) return row;
    if (row.author !== AUTHOR || row.openFor !== null || row.state === 'verified') return undefined;
  }
  return undefined;
}

/** The journal tells: confirmed on one director and not on the other. */
async function isSplit(db: Db, { id, state }: Deploy): Promise<boolean> {
  if (state !== 'failed') return false;
  const steps = await db.deployStep.findMany({ where: { deployId: id } });
  const touched = new Set(steps.flatMap(({ name, director }) => (name === 'switch' && director ? [director] : [])));
  const confirmed = new Set(
    steps.flatMap((step) =>
      step.director && ((step.name === 'confirm' && step.state === 'done') || isKept(step)) ? [step.director] : [],
    ),
  );
  return confirmed.size > 0 && confirmed.size < touched.size;
}

/** A confirmation whose answer was lost: the roll back found the release confirmed and left it. */
function isKept({ name, state }: { name: string; state: string }): boolean {
  return name === 'rollback' && state === 'skipped';
}

/** Answers the id of the deploy that was begun; undefined when somebody else was quicker or the director stays away. */
export async function rollForward(deps: RollForwardDeps, topologyId: string): Promise<string | undefined> {
  const { db, hosts, log, signal } = deps;
  for (let attempt = 1; attempt <= TRIES && !signal.aborted; attempt += 1) {
    const split = await splitDeploy(db, topologyId);
    if (!split || (await isHopeless(db, topologyId))) return undefined;
    // After an attempt that mended nothing the next one waits: what was in its way may pass.
    const isAgain =
      attempt === 1 && (await db.deploy.count({ where: { topologyId, number: { gt: split.number } } })) > 0;
    if (isAgain) await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
    // A director that is just coming back may make a plan impossible in more ways than one.
    const plan = await makePlan(db, hosts, { topologyId, revision: split.revision, actor: AUTHOR }).catch(
      (error: unknown) => void log.warn({ err: error, deploy: split.number }, 'no plan to roll forward by'),
    );
    if (plan?.deployable) return insertDeploy(db, split, plan);
    log.info({ deploy: split.number, attempt }, 'the split pair cannot be rolled forward yet');
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

async function isHopeless(db: Db, topologyId: string): Promise<boolean> {
  const last = await db.deploy.findMany({ where: { topologyId }, orderBy: { number: 'desc' }, take: MOST_IN_A_ROW });
  return last.length === MOST_IN_A_ROW && last.every(({ author }) => author === AUTHOR);
}

/** The same release that was asked for and approved, so nobody is asked again; an open deploy of an operator goes first. */
async function insertDeploy(
  db: Db,
  split: Deploy,
  plan: { id: string; hash: string; revision: number },
): Promise<string | undefined> {
  const { topologyId, approver, breakGlass } = split;
  const head = { topologyId, approver, breakGlass, planId: plan.id, planHash: plan.hash, revision: plan.revision };
  try {
    return await db.$transaction(async (tx) => {
      const { _max: newest } = await tx.deploy.aggregate({ where: { topologyId }, _max: { generation: true } });
      const row = await tx.deploy.create({
        data: {
          ...head,
          state: 'queued',
          author: AUTHOR,
          generation: (newest.generation ?? 0) + 1,
          openFor: topologyId,
        },
        include: { topology: { select: { name: true } } },
      });
      await tx.auditRow.create({
        data: {
          ...{ actor: AUTHOR, action: 'deploy.roll-forward', target: row.topology.name, source: 'worker' },
          ...{ after: { number: row.number, after: split.number }, requestId: row.id },
        },
      });
      await notify(tx, 'deploy', row.id);
      return row.id;
    });
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') return undefined;
    throw error;
  }
}
