// What somebody does in the console, through the services as web does, and invariant 4: whatever was answered with success is there afterwards.
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { TopologyDocument } from '../core/document';
import type { Account } from '../core/views/account';
import type { Deploy } from '../core/views/deploy';
import type { TopologyRevision } from '../core/views/topology';
import type { Db } from '../db/client';
import { toRevision } from '../db/rows';
import { openContext, type VerbContext } from '../services/context';
import { saveTopology } from '../services/save-topology';
import { startDeploy } from '../services/start-deploy';
import { callWorker } from '../worker/client';

/** `requestId` stands in the audit row that was committed with what was answered. */
type Answered<T> = { value: T; requestId: string };
export type Answers = {
  saved: Answered<TopologyRevision>[];
  asked: Answered<Deploy>[];
};

export const noAnswers = (): Answers => ({ saved: [], asked: [] });

const OPERATOR: Account = {
  ...{ id: 'faults-operator', name: 'operator', email: 'operator@example.org', role: 'operator' },
  createdAt: new Date(0).toISOString(),
};

function newContext(): VerbContext {
  return openContext(OPERATOR, 'faults', randomUUID());
}

/** The next revision of the topology; answers its number. */
export async function save(answers: Answers, db: Db, topologyId: string, document: TopologyDocument): Promise<number> {
  const ctx = newContext();
  const { name, revision: baseRevision } = await db.topology.findUniqueOrThrow({ where: { id: topologyId } });
  const input = { id: topologyId, baseRevision, document: { ...document, name }, message: 'of a cell' };
  const value = await saveTopology({ ctx, input });
  answers.saved.push({ value, requestId: ctx.requestId });
  return value.number;
}

/** Answers the deploy's id. Throws ServiceError as the button does. */
export async function askDeploy(answers: Answers, { id, hash }: { id: string; hash: string }): Promise<string> {
  const ctx = newContext();
  const value = await startDeploy({ ctx, input: { planId: id, planHash: hash } });
  answers.asked.push({ value, requestId: ctx.requestId });
  return value.id;
}

/** Plans `revision`, which must be the newest one, and asks for its deploy. */
export async function planAndAsk(answers: Answers, topologyId: string, revision: number): Promise<string> {
  const plan = await callWorker('makePlan', { topologyId, revision, actor: OPERATOR.email });
  if (!plan.deployable) throw new Error(JSON.stringify(plan.problems, undefined, 1));
  return askDeploy(answers, plan);
}

/** Sentences. Everything since the topology began is looked for again, not only what this cell was answered. */
export async function lostAnswers(answers: Answers, db: Db): Promise<string[]> {
  const [saved, asked] = await Promise.all([
    Promise.all(answers.saved.map((answer) => lostSave(db, answer))),
    Promise.all(answers.asked.map((answer) => lostDeploy(db, answer))),
  ]);
  return [...saved, ...asked].flat();
}

async function lostSave(db: Db, { value, requestId }: Answered<TopologyRevision>): Promise<string[]> {
  const { topologyId, number, document } = value;
  const where = { topologyId_number: { topologyId, number } };
  const [row, audit] = await Promise.all([
    db.topologyRevision.findUnique({ where }),
    db.auditRow.findFirst({ where: { requestId, action: 'topology.save' } }),
  ]);
  const what = `revision ${number}, which was answered with success,`;
  return [
    ...(row && isDeepStrictEqual(toRevision(row), value) ? [] : [`${what} ${row ? 'is another one now' : 'is gone'}`]),
    ...(audit && isDeepStrictEqual(audit.after, JSON.parse(JSON.stringify(document)))
      ? []
      : [`the audit row of ${what} is gone or another one`]),
  ];
}

async function lostDeploy(db: Db, { value, requestId }: Answered<Deploy>): Promise<string[]> {
  const { id, number, revision, planId } = value;
  const [row, audit] = await Promise.all([
    db.deploy.findUnique({ where: { id } }),
    db.auditRow.findFirst({ where: { requestId, action: 'deploy.start' } }),
  ]);
  const what = `deploy ${number}, which was answered with success,`;
  const isSame =
    row?.number === number && row.revision === revision && row.planId === planId && row.author === OPERATOR.email;
  const { number: told } = { ...(audit?.after as { number?: number } | null) };
  return [
    ...(isSame ? [] : [`${what} ${row ? 'is another one now' : 'is gone'}`]),
    ...(told === number ? [] : [`the audit row of ${what} is gone or another one`]),
  ];
}
