// Restoring an earlier revision, with the real verbs behind it.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { getDb } from '@/lib/db/client';
import { createTopology } from '@/lib/services/create-topology';
import { getTopology } from '@/lib/services/get-topology';
import { saveTopology } from '@/lib/services/save-topology';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { restoreRevision } from './restore-revision';

setUpTestDatabase();

const topologies = {
  getTopology: (id: string, revision?: number) => getTopology({ ctx: contextOf('viewer'), input: { id, revision } }),
  saveTopology: (id: string, input: Omit<Parameters<typeof saveTopology>[0]['input'], 'id'>) =>
    saveTopology({ ctx: contextOf('operator'), input: { id, ...input } }),
};
const moved = { address: '192.0.2.1', port: 2222, user: 'root' };

/** Revision 2: director1 is reached elsewhere since, and its key there was accepted. */
async function movedPair(name: string) {
  const document = seedDocument(name);
  const { topologyId } = await createTopology({ ctx: contextOf('operator'), input: { document, message: '' } });
  const next = seedDocument(name);
  next.directors[0]!.management = moved;
  next.pools[0]!.realServers[0]!.weight = 7;
  await topologies.saveTopology(topologyId, { baseRevision: 1, document: next, message: 'moved' });
  const where = { topologyId, name: 'director1' };
  await getDb().director.updateMany({ where, data: { fingerprint: 'SHA256:accepted', guardVersion: '1' } });
  return { topologyId, row: () => getDb().director.findFirstOrThrow({ where }) };
}

describe('restoreRevision', () => {
  it.each([
    ['the newest revision that a person sees', 2],
    ['whatever is the newest', undefined],
  ])('over %s keeps where a director is reached and the host key that was accepted there', async (what, newest) => {
    const { topologyId, row } = await movedPair(what);
    const restored = await restoreRevision(topologyId, { revision: 1, newest, message: 'back' }, topologies);
    expect(restored.number).toBe(3);
    expect(restored.document.pools[0]?.realServers[0]?.weight).toBe(1);
    expect(restored.document.directors[0]?.management).toEqual(moved);
    expect(await row()).toMatchObject({ address: '192.0.2.1', fingerprint: 'SHA256:accepted', guardVersion: '1' });
  });

  it('is a conflict when somebody saved after what the person sees', async () => {
    const { topologyId } = await movedPair('meanwhile');
    await topologies.saveTopology(topologyId, { baseRevision: 2, document: seedDocument('meanwhile'), message: '' });
    const late = restoreRevision(topologyId, { revision: 1, newest: 2, message: '' }, topologies);
    await expect(late).rejects.toMatchObject({ code: 'conflict' });
  });

  it('saves nothing when it is the newest already', async () => {
    const { topologyId } = await movedPair('newest');
    const restored = await restoreRevision(topologyId, { revision: 2, newest: undefined, message: '' }, topologies);
    expect(restored.number).toBe(2);
  });
});
