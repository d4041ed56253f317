// What the journal of a deploy keeps for the worker that comes after this one.
import { expect, it } from 'vitest';
import { getDb } from '../db/client';
import { setUpTestDatabase } from '../testing/test-database';
import { openDeployJournal } from './deploy-journal';

setUpTestDatabase();

it('keeps how both directors differed before the deploy, also when both are noted at once and noted anew', async () => {
  const db = getDb();
  const { id: topologyId } = await db.topology.create({ data: { name: 'pair', revision: 1 } });
  const plan = await db.plan.create({ data: { topologyId, revision: 1, hash: 'abc', body: {}, createdBy: 'test' } });
  const row = { topologyId, planId: plan.id, planHash: 'abc', revision: 1, state: 'running', generation: 1 };
  const { id } = await db.deploy.create({ data: { ...row, author: 'test', openFor: topologyId } });
  const journal = await openDeployJournal(db, id);
  await journal.setBefore('director1', ['Something that was looked at too early.']);
  await Promise.all([
    journal.setBefore('director1', []),
    journal.setBefore('director2', ['heartbeat does not run.', 'A "quoted" rule is missing.']),
  ]);
  const kept = { director1: [], director2: ['heartbeat does not run.', 'A "quoted" rule is missing.'] };
  expect(await journal.before()).toEqual(kept);
  expect(await (await openDeployJournal(db, id)).before()).toEqual(kept);
});
