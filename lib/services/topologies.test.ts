// Topologies as verbs: roles, immutable revisions, optimistic locking, audit in the same transaction.
import { describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { exportDocument, importDocument } from './documents';
import { getTopology, listRevisions } from './get-topology';
import { listTopologies } from './list-topologies';
import { removeTopology } from './remove-topology';
import { renderPreview } from './render-preview';
import { saveTopology } from './save-topology';

setUpTestDatabase();

const named = (name: string) => ({ ...seedDocument(), name });
const create = (name: string) =>
  createTopology({ ctx: contextOf('operator'), input: { document: named(name), message: 'first' } });

describe('saving a topology', () => {
  it('appends a revision and leaves the earlier one as it was', async () => {
    const { topologyId: id } = await create('append');
    const document = { ...named('append'), ftp: true };
    const saved = await saveTopology({
      ctx: contextOf('operator'),
      input: { id, baseRevision: 1, document, message: 'ftp on' },
    });
    expect(saved).toMatchObject({ number: 2, author: 'operator@example.org', message: 'ftp on' });
    expect((await getTopology({ ctx: contextOf('viewer'), input: { id, revision: 1 } })).document.ftp).toBe(false);
    expect((await listRevisions({ ctx: contextOf('viewer'), input: { id } })).map(({ number }) => number)).toEqual([
      2, 1,
    ]);
  });

  it('gives the second saver a conflict with what came between, and loses nothing', async () => {
    const { topologyId: id } = await create('conflict');
    const save = (ftp: boolean) =>
      saveTopology({
        ctx: contextOf('operator'),
        input: { id, baseRevision: 1, document: { ...named('conflict'), ftp }, message: '' },
      });
    const results = await Promise.allSettled([save(true), save(false)]);
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const refused = results.find((result) => result.status === 'rejected');
    expect(refused?.reason).toMatchObject({ code: 'conflict', details: { current: { number: 2 } } });
    expect(await listRevisions({ ctx: contextOf('viewer'), input: { id } })).toHaveLength(2);
  });

  it('keeps a draft with an impossible address, marked as not deployable, and says which field', async () => {
    const { topologyId: id } = await create('draft');
    const document = named('draft');
    document.virtualAddresses.external = '192.168.7.340/24';
    const saved = await saveTopology({
      ctx: contextOf('operator'),
      input: { id, baseRevision: 1, document, message: 'seed misprint' },
    });
    expect(saved.deployable).toBe(false);
    expect(saved.diagnostics).toContainEqual(
      expect.objectContaining({ code: 'address.invalid', path: ['virtualAddresses', 'external'] }),
    );
  });

  it('writes the audit row in the same transaction: no revision without a row, no row without a revision', async () => {
    const { topologyId: id } = await create('audited');
    const count = () => getDb().auditRow.count({ where: { target: 'audited' } });
    expect(await count()).toBe(1);
    const taken = { id, baseRevision: 1, document: named('draft'), message: 'a name that is taken' };
    await expect(saveTopology({ ctx: contextOf('operator'), input: taken })).rejects.toMatchObject({
      code: 'conflict',
      next: 'Choose another name.',
    });
    expect(await count()).toBe(1);
    expect((await getTopology({ ctx: contextOf('viewer'), input: { id } })).number).toBe(1);
  });

  it('drops the trust in a director whose endpoint changed, and keeps it otherwise', async () => {
    const { topologyId } = await create('trust');
    await getDb().director.updateMany({ where: { topologyId }, data: { fingerprint: 'SHA256:accepted' } });
    const document = named('trust');
    const [first] = document.directors;
    if (first?.management) first.management.port = 2299;
    await saveTopology({
      ctx: contextOf('operator'),
      input: { id: topologyId, baseRevision: 1, document, message: '' },
    });
    const rows = await getDb().director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
    expect(rows.map(({ port, fingerprint }) => [port, fingerprint])).toEqual([
      [2299, null],
      [2202, 'SHA256:accepted'],
    ]);
  });
});

describe('roles', () => {
  it.each([
    [
      'viewer',
      'create a topology',
      () => createTopology({ ctx: contextOf('viewer'), input: { seed: true, name: 'x' } }),
    ],
    [
      'viewer',
      'save a topology',
      () =>
        saveTopology({
          ctx: contextOf('viewer'),
          input: { id: 'x', baseRevision: 1, document: named('x'), message: '' },
        }),
    ],
    ['viewer', 'remove a topology', () => removeTopology({ ctx: contextOf('viewer'), input: { id: 'x' } })],
    ['operator', 'remove a topology', () => removeTopology({ ctx: contextOf('operator'), input: { id: 'x' } })],
  ] as const)('refuses a %s who wants to %s', async (_role, _what, attempt) => {
    const before = await getDb().auditRow.count();
    await expect(attempt()).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getDb().auditRow.count()).toBe(before);
  });
});

describe('documents', () => {
  it('exports what imports to the same document', async () => {
    const { topologyId: id } = await create('round');
    const text = await exportDocument({ ctx: contextOf('viewer'), input: { id } });
    expect(importDocument({ ctx: contextOf('viewer'), input: { text } }).document).toEqual(named('round'));
  });

  it('never hands the heartbeat key to web', () => {
    const { files } = renderPreview({ ctx: contextOf('viewer'), input: { document: seedDocument() } });
    const secrets = files.filter(({ secret }) => secret);
    expect(secrets.map(({ path }) => path)).toEqual(['/etc/ha.d/authkeys', '/etc/ha.d/authkeys']);
    expect(new Set(secrets.map(({ content }) => content))).toEqual(new Set(['(secret, not shown)']));
  });

  it('lists topologies with their problems in numbers', async () => {
    const row = (await listTopologies(contextOf('viewer'))).find(({ name }) => name === 'draft');
    expect(row).toMatchObject({ revision: 2, groups: 1 });
    expect(row?.errors).toBeGreaterThan(0);
  });
});
