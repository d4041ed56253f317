// The live pair: what the newest frames of two directors mean together, followed as they come.
import { beforeAll, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import type { LiveHost, LivePair } from '@/lib/core/views/live';
import { getDb } from '@/lib/db/client';
import { notify } from '@/lib/db/listen';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { getLivePair, watchLivePair } from './live';

setUpTestDatabase();

let topologyId = '';
let ids: Record<string, string> = {};
const viewer = () => contextOf('viewer');

beforeAll(async () => {
  const input = { document: seedDocument(), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
  const rows = await getDb().director.findMany({ where: { topologyId } });
  ids = Object.fromEntries(rows.map(({ name, id }) => [name, id]));
});

function frameOf(director: string, change: Partial<LiveHost>): LiveHost {
  return {
    ...{ director, readAt: new Date().toISOString(), role: 'standby', heldVirtualAddresses: [], services: [] },
    ...{ statistics: [], rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs: 1 },
    drift: { state: 'none', items: [], more: 0 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '1-aaaaaaaa', confirmed: '1-aaaaaaaa', transaction: '' },
    ...change,
  };
}

function driftOf(sentence: string): LiveHost['drift'] {
  const words = { area: 'mark-rules', what: 'Chain', expected: 'there', observed: 'not there' } as const;
  const adopt = { kind: 'no', why: 'Rules are generated.' } as const;
  const item = { id: 'a1', ...words, sentence, adopt, firstSeen: new Date().toISOString() };
  return { state: 'drift', items: [item], more: 0, release: '1-aaaaaaaa', revision: 1 };
}

/** As the worker's poller does. */
async function readAs(director: string, change: Partial<LiveHost>): Promise<void> {
  const directorId = ids[director] ?? '';
  const frame = frameOf(director, change);
  await getDb().liveFrame.upsert({ where: { directorId }, create: { directorId, frame }, update: { frame } });
  await notify(getDb(), 'live', directorId);
}

const pair = () => getLivePair({ ctx: viewer(), input: { topologyId } });

describe('the live pair', () => {
  it('says why nothing is known of a director whose key nobody has accepted', async () => {
    const { state, inSync, hosts } = await pair();
    expect([state, inSync]).toEqual(['unknown', 'unknown']);
    expect(hosts.map(({ problem }) => problem?.code)).toEqual(['untrusted', 'untrusted']);
  });

  it.each([
    ['one-active', ['active', 'standby'], 'director1'],
    ['both-active', ['active', 'active'], undefined],
    ['none-active', ['standby', 'standby'], undefined],
  ] as const)('is %s when the directors are %j', async (state, [first, second], active) => {
    await readAs('director1', { role: first });
    await readAs('director2', { role: second });
    const found = await pair();
    expect([found.state, found.active, found.inSync]).toEqual([state, active, 'yes']);
  });

  it('never says that none is active while one cannot be read', async () => {
    await readAs('director1', { role: 'standby' });
    const problem = { code: 'unreachable', message: 'no route', since: new Date().toISOString() };
    await readAs('director2', { role: 'active', problem });
    expect(await pair()).toMatchObject({ state: 'unknown', inSync: 'unknown' });
  });

  it.each([
    ['the kernel of one differs', { drift: driftOf('A rule is missing.') }, /director2: A rule is missing/],
    [
      'they have confirmed different releases',
      { release: { live: '2-b', confirmed: '2-b', transaction: '' } },
      /different releases/,
    ],
  ])('is not in sync when %s', async (_what, change, reason) => {
    await readAs('director1', {});
    await readAs('director2', change);
    const { inSync, inSyncReason } = await pair();
    expect(inSync).toBe('no');
    expect(inSyncReason).toMatch(reason);
  });

  it('tells since when its active director was read as such', async () => {
    const roleSince = new Date(Date.now() - 60_000).toISOString();
    await readAs('director1', { role: 'active', roleSince });
    await readAs('director2', { role: 'standby' });
    expect(await pair()).toMatchObject({ active: 'director1', activeSince: roleSince });
  });

  it('is followed: the state now first, then every frame of its own directors, until the signal', async () => {
    await readAs('director1', { role: 'standby' });
    await readAs('director2', { role: 'active' });
    const control = new AbortController();
    const seen: LivePair['active'][] = [];
    const input = { topologyId, signal: control.signal };
    for await (const found of watchLivePair({ ctx: viewer(), input })) {
      seen.push(found.active);
      if (seen.length === 1) {
        await notify(getDb(), 'live', 'a director of another pair');
        await getDb().liveFrame.update({
          where: { directorId: ids['director2'] ?? '' },
          data: { frame: frameOf('director2', { role: 'standby' }) },
        });
        await readAs('director1', { role: 'active' });
      } else control.abort();
    }
    expect(seen).toEqual(['director2', 'director1']);
  });

  it('of a topology that does not exist is not found', async () => {
    await expect(getLivePair({ ctx: viewer(), input: { topologyId: 'absent' } })).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});
