// Counting the connections of a stored plan again, while a deploy of it may begin.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { seedDocument } from '../core/seed';
import { planSchema } from '../core/views/plan';
import { getDb } from '../db/client';
import { redactRelease } from '../plan/diff-files';
import { render } from '../plan/test-observed';
import { setUpTestDatabase } from '../testing/test-database';
import type { DirectorHosts } from './director-hosts';
import { renewForecast } from './forecast-plan';

setUpTestDatabase();

/** A plan for director1, whose connections nobody has counted yet. */
async function storedPlan() {
  const db = getDb();
  const document = seedDocument();
  const { id: topologyId } = await db.topology.create({ data: { name: `pair-${randomUUID()}`, revision: 1 } });
  const revision = { topologyId, number: 1, author: 'test', message: '', deployable: true, errors: 0, warnings: 0 };
  await db.topologyRevision.create({ data: { ...revision, document } });
  await db.director.create({ data: { topologyId, name: 'director1', address: '192.0.2.1', port: 22, user: 'root' } });
  const host = { director: 'director1', role: 'active', baseRelease: 'none', files: [], actions: [] };
  const id = randomUUID();
  const head = { id, topologyId, revision: 1, hash: 'abc', createdBy: 'test' };
  const releases = render(document).releases.map(redactRelease);
  const plan = {
    ...{ ...head, createdAt: new Date(0).toISOString(), mode: 'rolling', hosts: [{ ...host, daemonAction: 'none' }] },
    ...{ summary: [], impact: [], timerSeconds: 60, problems: [], deployable: true },
    sources: { facts: {}, releaseHashes: {}, releases },
  };
  const body = JSON.parse(JSON.stringify(plan)) as object;
  await db.plan.create({ data: { ...head, body } });
  const begin = async () => {
    const row = { topologyId, planId: id, planHash: 'abc', revision: 1, state: 'queued', generation: 1 };
    await db.deploy.create({ data: { ...row, author: 'test', openFor: topologyId } });
  };
  return { id, begin, stored: async () => (await db.plan.findUniqueOrThrow({ where: { id } })).body };
}

/** A director that does not answer; `meanwhile` happens while it is asked. */
function silent(meanwhile: () => Promise<void> = async () => undefined): DirectorHosts {
  const openReader = async () => {
    await meanwhile();
    throw new Error('away');
  };
  return { openReader } as unknown as DirectorHosts;
}

describe('counting the connections of a plan again', () => {
  it('stores what is known now beside the plan, with its hash', async () => {
    const { id, stored } = await storedPlan();
    const renewed = await renewForecast(getDb(), silent(), id);
    expect(renewed).toMatchObject({ hash: 'abc', forecast: { director: 'director1' } });
    expect(planSchema.parse(await stored())).toEqual(renewed);
  });

  it('writes nothing once a deploy of the plan began while the director was read', async () => {
    const { id, begin, stored } = await storedPlan();
    const before = await stored();
    await expect(renewForecast(getDb(), silent(begin), id)).rejects.toMatchObject({ code: 'conflict' });
    expect(await stored()).toEqual(before);
  });
});
