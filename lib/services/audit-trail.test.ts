// The audit trail: newest first, filtered, and read by every role; nobody can change it through a verb.
import { describe, expect, it } from 'vitest';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { getAuditEntry, listAudit } from './audit-trail';
import { createTopology } from './create-topology';
import { removeTopology } from './remove-topology';

setUpTestDatabase();

const list = (input: Partial<Parameters<typeof listAudit>[0]['input']>) =>
  listAudit({ ctx: contextOf('viewer'), input: { limit: 100, ...input } });

describe('the audit trail', () => {
  it('keeps what was done to a topology after the topology is gone, with who, from where and which request', async () => {
    const ctx = contextOf('admin');
    const { topologyId: id } = await createTopology({ ctx, input: { seed: true, name: 'gone' } });
    await removeTopology({ ctx, input: { id } });
    const rows = await list({ target: 'GONE' });
    expect(rows.map(({ action }) => action)).toEqual(['topology.remove', 'topology.create']);
    expect(rows[0]).toMatchObject({ actor: 'admin@example.org', source: '192.0.2.7', requestId: ctx.requestId });
  });

  it('is listed without the documents of a save, and told with them one row at a time', async () => {
    const [, created] = await list({ target: 'gone' });
    expect(created && Object.keys(created)).toEqual(['id', 'at', 'actor', 'action', 'target', 'source', 'requestId']);
    const id = created?.id ?? '';
    const { after, before, ...row } = await getAuditEntry({ ctx: contextOf('viewer'), input: { id } });
    expect(row).toEqual(created);
    expect([before, after]).toMatchObject([null, { name: 'gone' }]);
    await expect(getAuditEntry({ ctx: contextOf('viewer'), input: { id: 'absent' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });

  it.each([
    [{ action: 'remove' }, 1],
    [{ actor: 'admin@' }, 2],
    [{ actor: 'somebody else' }, 0],
    [{ action: '', target: '' }, 2],
    [{ limit: 1 }, 1],
    [{ before: '2020-01-01T00:00:00.000Z' }, 0],
  ])('filtered by %j has %i rows', async (filter, count) => {
    expect(await list(filter)).toHaveLength(count);
  });
});
