// Drift through the services: what the pair says, and a hand-made change that becomes a revision, once, by an operator.
import { beforeEach, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { DriftItem, HostDrift } from '@/lib/core/views/drift';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { adoptDrift } from './adopt-drift';
import { createTopology } from './create-topology';
import { getTopology } from './get-topology';
import { getPairDrift } from './live';

setUpTestDatabase();

let topologyId = '';
let serial = 0;

beforeEach(async () => {
  serial += 1;
  const input = { document: seedDocument(`drift-${serial}`), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
});

function itemOf(id: string, adopt: DriftItem['adopt']): DriftItem {
  const words = { what: 'Real server 192.168.6.2:0 of fwm:1', expected: 'masq weight 1', observed: 'masq weight 7' };
  return { id, area: 'real-server', ...words, sentence: `${id} differs.`, adopt, firstSeen: new Date().toISOString() };
}
const weight = itemOf('weight', { kind: 'weight', service: 'fwm:1', address: '192.168.6.2', port: 0, weight: 7 });
const rule = itemOf('rule', { kind: 'no', why: 'Rules are generated.' });

async function store(director: string, drift: Partial<HostDrift>, more: object = {}): Promise<void> {
  const { id } = await getDb().director.findUniqueOrThrow({
    where: { topologyId_name: { topologyId, name: director } },
  });
  const frame = {
    ...{ director, readAt: new Date().toISOString(), role: 'standby', heldVirtualAddresses: [], services: [] },
    ...{ statistics: [], rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs: 1 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '1-a', confirmed: '1-a', transaction: '' },
    drift: { state: 'none', items: [], more: 0, release: '1-a', revision: 1, ...drift },
    ...more,
  };
  await getDb().liveFrame.upsert({ where: { directorId: id }, create: { directorId: id, frame }, update: { frame } });
}

const read = () => getPairDrift({ ctx: contextOf('viewer'), input: { topologyId } });
const adopt = (item: string, role: 'operator' | 'viewer' = 'operator') =>
  adoptDrift({ ctx: contextOf(role), input: { topologyId, director: 'director1', item } });

describe('drift of a pair', () => {
  it('is none only when both directors were read just now and equal the release', async () => {
    await store('director1', {});
    await store('director2', {});
    expect(await read()).toMatchObject({
      state: 'none',
      count: 0,
      sentence: 'Kernel and files equal the release of revision 1.',
    });
  });

  it('counts the places of both, and names the directors', async () => {
    await store('director1', { state: 'drift', items: [weight], more: 4 });
    await store('director2', { state: 'drift', items: [rule] });
    const { state, count, sentence } = await read();
    expect([state, count]).toEqual(['drift', 6]);
    expect(sentence).toBe('director1 and director2 differ from the release of revision 1 in 6 places.');
  });

  it('is unknown, with since when and why, when a director cannot be read or its reading is old', async () => {
    const since = new Date(Date.now() - 60_000).toISOString();
    await store('director1', {});
    await store('director2', {}, { problem: { code: 'unreachable', message: 'no route', since } });
    expect(await read()).toMatchObject({ state: 'unknown', hosts: [{}, { unknown: { since, why: 'no route' } }] });
    await store('director2', { state: 'drift', items: [rule] }, { readAt: since });
    const old = await read();
    expect(old).toMatchObject({ state: 'unknown', count: 0 });
    expect(old.hosts[1]!.items).toHaveLength(1);
  });

  it('takes a frame that an earlier version of the console stored for none', async () => {
    await store('director1', {}, { drift: ['A rule is missing.'] });
    expect((await read()).hosts[0]).toMatchObject({ state: 'unknown' });
  });
});

describe('adopting', () => {
  it('saves the newest revision with that one change, and says in its message where it comes from', async () => {
    await store('director1', { state: 'drift', items: [weight, rule] });
    const revision = await adopt('weight');
    expect(revision.number).toBe(2);
    expect(revision.message).toContain('Adopted from director1: Real server 192.168.6.2:0 of fwm:1 is masq weight 7');
    const { document } = await getTopology({ ctx: contextOf('viewer'), input: { id: topologyId } });
    expect(document.pools[0]!.realServers[0]).toMatchObject({ address: '192.168.6.2', weight: 7 });
    const audit = await getDb().auditRow.findFirstOrThrow({ orderBy: { at: 'desc' } });
    expect([audit.action, audit.target]).toEqual(['topology.save', `drift-${serial}`]);
  });

  it('is refused to a viewer, for what no document says, and for what is not there any more', async () => {
    await store('director1', { state: 'drift', items: [weight, rule] });
    await expect(adopt('weight', 'viewer')).rejects.toMatchObject({ code: 'forbidden' });
    await expect(adopt('rule')).rejects.toMatchObject({ code: 'invalid', message: 'Rules are generated.' });
    await expect(adopt('other')).rejects.toMatchObject({ code: 'conflict' });
    const problem = { code: 'unreachable', message: 'no route', since: new Date().toISOString() };
    await store('director1', { state: 'drift', items: [weight] }, { problem });
    await expect(adopt('weight')).rejects.toMatchObject({ code: 'conflict' });
    expect((await getTopology({ ctx: contextOf('viewer'), input: { id: topologyId } })).number).toBe(1);
  });
});
