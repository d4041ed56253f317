// The durable journal of one deploy: every call is one committed transaction, and tells the pages that follow it.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { DeployStepName } from '../core/views/deploy';
import type { Db } from '../db/client';
import type { DeployJournal, JournalStep } from '../deploy/deploy-run';
import { refuseBegin } from './refuse-begin';

type PrismaWork =
  | ReturnType<Db['deploy']['update']>
  | ReturnType<Db['deployStep']['create']>
  | ReturnType<Db['deployStep']['update']>
  | ReturnType<Db['auditRow']['create']>
  | ReturnType<Db['$executeRaw']>;

/** Only the holder of the pair's lock writes, so the next sequence is known here. */
export async function openDeployJournal(db: Db, deployId: string): Promise<DeployJournal> {
  const deploy = await db.deploy.findUniqueOrThrow({
    where: { id: deployId },
    include: { topology: { select: { name: true } } },
  });
  const newest = await db.deployStep.findFirst({ where: { deployId }, orderBy: { sequence: 'desc' } });
  let sequence = newest?.sequence ?? 0;
  const timers = new Map(Object.entries(deploy.timers as Record<string, string>));
  const before = { ...(deploy.before as Record<string, string[]>) };
  const where = { id: deployId };
  const commit = async (...work: PrismaWork[]) => {
    await db.$transaction([...work, db.$executeRaw`SELECT pg_notify('deploy', ${deployId})`]);
  };

  return {
    steps: async () => {
      const rows = await db.deployStep.findMany({ where: { deployId }, orderBy: { sequence: 'asc' } });
      return rows.map(({ sequence: number, director, name, state }) => ({
        sequence: number,
        ...(director !== null && { director }),
        name: name as DeployStepName,
        state: state as JournalStep['state'],
      }));
    },
    begin: async ({ director, name, message }) => {
      sequence += 1;
      const number = sequence;
      const data = { deployId, sequence: number, director: director ?? null, name, state: 'running', message };
      await commit(db.deployStep.create({ data }));
      return number;
    },
    end: async (number, { state, message, output }) => {
      const id = { deployId_sequence: { deployId, sequence: number } };
      await commit(db.deployStep.update({ where: id, data: { state, message, output, endedAt: new Date() } }));
    },
    setState: (state) =>
      commit(db.deploy.update({ where, data: { state, startedAt: deploy.startedAt ?? new Date() } })),
    setTimer: async (director, firesAt) => {
      if (firesAt) timers.set(director, firesAt.toISOString());
      else timers.delete(director);
      await commit(db.deploy.update({ where, data: { timers: Object.fromEntries(timers) } }));
    },
    timers: async () => Object.fromEntries(timers),
    setBefore: async (director, differences) => {
      before[director] = differences;
      const added = JSON.stringify({ [director]: differences }); // two directors at once: neither writes over the other
      await commit(db.$executeRaw`UPDATE "Deploy" SET "before" = "before" || ${added}::jsonb WHERE id = ${deployId}`);
    },
    before: async () => ({ ...before }),
    raiseGeneration: (generation) => commit(db.deploy.update({ where, data: { generation } })),
    isCancelled: async () => (await db.deploy.findUniqueOrThrow({ where, select: { cancelled: true } })).cancelled,
    refusal: () => refuseBegin(db, deployId),
    finish: ({ state, outcome, proof }) =>
      commit(
        db.deploy.update({
          where,
          data: { state, outcome: outcome ?? null, proof, timers: {}, openFor: null, endedAt: new Date() },
        }),
        db.auditRow.create({
          data: {
            actor: deploy.author,
            action: `deploy.${state}`,
            target: deploy.topology.name,
            after: { number: deploy.number, revision: deploy.revision, ...(outcome !== undefined && { outcome }) },
            source: 'worker',
            requestId: randomUUID(),
          },
        }),
      ),
  };
}
