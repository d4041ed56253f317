// A failover whose worker died is never repeated and never guessed: it ends as unknown, with an audit row.
import { beforeEach, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { getDb } from '@/lib/db/client';
import { tryLock } from '@/lib/db/advisory-lock';
import { createTopology } from '@/lib/services/create-topology';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { endLostFailovers } from './run-failover';

setUpTestDatabase();

let topologyId = '';
let serial = 0;
beforeEach(async () => {
  serial += 1;
  const input = { document: seedDocument(`lost-${serial}`), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
});

async function begun(secondsAgo: number): Promise<string> {
  const startedAt = new Date(Date.now() - secondsAgo * 1_000);
  const ends = { from: 'director1', to: 'director2', author: 'operator@example.org' };
  const { id } = await getDb().failover.create({
    data: { topologyId, ...ends, state: 'running', openFor: topologyId, startedAt },
  });
  return id;
}
const row = (id: string) => getDb().failover.findUniqueOrThrow({ where: { id } });

describe('a failover without a worker', () => {
  it('ends as unknown, so that the next deploy is possible', async () => {
    const id = await begun(60);
    await endLostFailovers(getDb());
    expect(await row(id)).toMatchObject({ state: 'unknown', openFor: null, gap: null });
    const audit = await getDb().auditRow.findMany({ where: { target: `lost-${serial}`, action: 'failover.unknown' } });
    expect(audit).toMatchObject([{ actor: 'operator@example.org', source: 'worker' }]);
  });

  it('is left alone while a worker holds it, and while one is about to take it', async () => {
    const id = await begun(60);
    const lock = await tryLock(`failover:${id}`);
    await endLostFailovers(getDb());
    expect((await row(id)).state).toBe('running');
    await lock?.release();
    await getDb().failover.update({ where: { id }, data: { startedAt: new Date() } });
    await endLostFailovers(getDb());
    expect((await row(id)).state).toBe('running');
  });
});
