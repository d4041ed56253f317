// Deploys that have ended, for tests of what lists them.
import { getDb } from '@/lib/db/client';
import { contextOf } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';

/** A pair with one plan that deploys can name; answers its topology's id. */
export async function addPair(name: string): Promise<string> {
  const { topologyId } = await createTopology({ ctx: contextOf('operator'), input: { seed: true, name } });
  const plan = { id: name, topologyId, revision: 1, hash: 'abc', body: {}, createdBy: 'operator' };
  await getDb().plan.create({ data: plan });
  return topologyId;
}

/** Answers the deploy's number. */
export async function addEndedDeploy(topologyId: string): Promise<number> {
  const { id: planId } = await getDb().plan.findFirstOrThrow({ where: { topologyId } });
  const how = { revision: 1, planHash: 'abc', state: 'verified', author: 'operator@example.org', generation: 1 };
  const { number } = await getDb().deploy.create({ data: { ...how, topologyId, planId } });
  return number;
}
