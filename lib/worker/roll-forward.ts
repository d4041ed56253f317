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

/** Ids of pairs whose newest deploy ended split, so that a worker that was killed in between finds them. */
export async function listSplitPairs(db: Db): Promise<string[]> {
  const newest = await db.deploy.findMany({ orderBy: { number: 'desc' }, distinct: ['topologyId'] });
  const split = await Promise.all(newest.map(async (row) => ((await isSplit(db, row)) ? [row.topologyId] : [])));
  return split.flat();
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
    const last = await newestDeploy(db, topologyId);
    if (!last || !(await isSplit(db, last)) || (await isHopeless(db, topologyId))) return undefined;
    const plan = await makePlan(db, hosts, { topologyId, revision: last.revision, actor: AUTHOR });
    if (plan.deployable) return insertDeploy(db, last, plan);
    log.info({ deploy: last.number, attempt }, 'the split pair cannot be rolled forward yet');
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
  return undefined;
}

function newestDeploy(db: Db, topologyId: string): Promise<Deploy | null> {
  return db.deploy.findFirst({ where: { topologyId }, orderBy: { number: 'desc' } });
}

async function isHopeless(db: Db, topologyId: string): Promise<boolean> {
  const last = await db.deploy.findMany({ where: { topologyId }, orderBy: { number: 'desc' }, take: MOST_IN_A_ROW });
  return last.length === MOST_IN_A_ROW && last.every(({ author }) => author === AUTHOR);
}

/** The same release that was asked for and approved, so nobody is asked again; an open deploy of an operator goes first. */
async function insertDeploy(
  db: Db,
  last: Deploy,
  plan: { id: string; hash: string; revision: number },
): Promise<string | undefined> {
  const { topologyId, approver, breakGlass } = last;
  const head = { topologyId, approver, breakGlass, planId: plan.id, planHash: plan.hash, revision: plan.revision };
  try {
    return await db.$transaction(async (tx) => {
      const row = await tx.deploy.create({
        data: { ...head, state: 'queued', author: AUTHOR, generation: last.generation + 1, openFor: topologyId },
        include: { topology: { select: { name: true } } },
      });
      await tx.auditRow.create({
        data: {
          ...{ actor: AUTHOR, action: 'deploy.roll-forward', target: row.topology.name, source: 'worker' },
          ...{ after: { number: row.number, after: last.number }, requestId: row.id },
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
