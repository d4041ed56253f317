// Removing a topology: never beside an open deploy, never in silence over releases that stay on directors, always audited.
import { describe, expect, it } from 'vitest';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { removeTopology } from './remove-topology';

setUpTestDatabase();

async function create(name: string): Promise<string> {
  return (await createTopology({ ctx: contextOf('operator'), input: { seed: true, name } })).topologyId;
}

type Confirmed = { state: string; director: string | null }[];

async function addDeploy(topologyId: string, state: string, confirms: Confirmed, isOpen = false): Promise<void> {
  const plan = { id: `plan-of-${topologyId}-${state}`, topologyId, revision: 1, hash: 'h', body: {}, createdBy: 'x' };
  await getDb().plan.create({ data: plan });
  await getDb().deploy.create({
    data: {
      ...{ topologyId, revision: 1, planId: plan.id, planHash: 'h', state, author: 'x', generation: 1 },
      openFor: isOpen ? topologyId : null,
      steps: {
        create: confirms.map((step, sequence) => ({ ...step, sequence, name: 'confirm', message: '' })),
      },
    },
  });
}

const remove = (id: string, leaveReleases = false) =>
  removeTopology({ ctx: contextOf('admin'), input: { id, leaveReleases } });
const exists = async (id: string) => (await getDb().topology.count({ where: { id } })) === 1;

describe('removing a topology', () => {
  it('takes its revisions, directors, plans and deploys along, and keeps the audit trail', async () => {
    const id = await create('never-deployed');
    await addDeploy(id, 'rolled-back', []);
    await remove(id);
    const where = { topologyId: id };
    const db = getDb();
    const counts = await Promise.all([
      db.topologyRevision.count({ where }),
      db.director.count({ where }),
      db.plan.count({ where }),
      db.deploy.count({ where }),
    ]);
    expect(counts).toEqual([0, 0, 0, 0]);
    const rows = await db.auditRow.findMany({ where: { target: 'never-deployed' }, orderBy: { at: 'asc' } });
    expect(rows.map(({ action }) => action)).toEqual(['topology.create', 'topology.remove']);
    expect(rows[1]).toMatchObject({ actor: 'admin@example.org', before: { revision: 1 } });
  });

  it('is refused while a deploy is open, whatever is said', async () => {
    const id = await create('deploying');
    await addDeploy(id, 'running', [], true);
    await expect(remove(id, true)).rejects.toMatchObject({ code: 'busy' });
    expect(await exists(id)).toBe(true);
  });

  it('is refused while a confirmed release is on a director, and names the directors', async () => {
    const id = await create('deployed');
    await addDeploy(id, 'verified', [
      { state: 'done', director: 'director2' },
      { state: 'done', director: 'director1' },
    ]);
    await expect(remove(id)).rejects.toMatchObject({
      code: 'conflict',
      details: { directors: ['director1', 'director2'] },
    });
    expect(await exists(id)).toBe(true);
  });

  it('sees the one release of a deploy that failed on the other director', async () => {
    const id = await create('half-deployed');
    await addDeploy(id, 'failed', [
      { state: 'done', director: 'director2' },
      { state: 'failed', director: 'director1' },
    ]);
    await expect(remove(id)).rejects.toMatchObject({ details: { directors: ['director2'] } });
  });

  it('goes on when the releases are to be left, and says in the audit trail where', async () => {
    const id = await create('left');
    await addDeploy(id, 'verified', [{ state: 'done', director: 'director1' }]);
    await remove(id, true);
    expect(await exists(id)).toBe(false);
    const row = await getDb().auditRow.findFirst({ where: { target: 'left', action: 'topology.remove' } });
    expect(row?.before).toEqual({ revision: 1, releasesLeftOn: ['director1'] });
  });

  it('writes no audit row for what it refused', async () => {
    const id = await create('refused');
    await addDeploy(id, 'verified', [{ state: 'done', director: 'director1' }]);
    await expect(remove(id)).rejects.toMatchObject({ code: 'conflict' });
    await expect(removeTopology({ ctx: contextOf('operator'), input: { id } })).rejects.toMatchObject({
      code: 'forbidden',
    });
    expect(await getDb().auditRow.count({ where: { action: 'topology.remove', target: 'refused' } })).toBe(0);
  });
});
