// The rings in the real database: bounded, coarser from finer, and going on after a restart of the worker.
import { beforeAll, beforeEach, describe, expect, it, vi, afterEach } from 'vitest';
import { RINGS } from '../core/history';
import type { LiveHost } from '../core/views/live';
import { getDb } from '../db/client';
import { readHistory } from '../db/history-rows';
import { setUpTestDatabase } from '../testing/test-database';
import { openHistoryWriter } from './history-writer';

setUpTestDatabase();

const START = Date.parse('2026-11-23T12:00:00.000Z');
let directorId = '';

beforeAll(async () => {
  const { id: topologyId } = await getDb().topology.create({ data: { name: 'p', revision: 1 } });
  const login = { address: '127.0.0.1', port: 22, user: 'root' };
  ({ id: directorId } = await getDb().director.create({ data: { topologyId, name: 'director1', ...login } }));
});
beforeEach(async () => {
  await getDb().historySlot.deleteMany();
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => void vi.useRealTimers());

function frameAt(at: number, connections: number): LiveHost {
  const service = { key: 'fwm:1', mark: 1, family: 4, scheduler: 'rr', flags: [], realServers: [] } as const;
  return {
    ...{ director: 'director1', readAt: new Date(at).toISOString(), role: 'active', heldVirtualAddresses: [] },
    services: [{ ...service, flags: [], realServers: [] }],
    statistics: [{ key: 'fwm:1', connections, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 }],
    ...{ rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs: 1 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '', confirmed: '', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
  };
}

/** A reading each `stepMs`, ten connections a second; a writer of its own is a worker that was started again. */
async function write(fromMs: number, toMs: number, stepMs: number): Promise<void> {
  const record = openHistoryWriter(getDb(), directorId);
  let previous: LiveHost | undefined;
  for (let ms = fromMs; ms < toMs; ms += stepMs) {
    vi.setSystemTime(START + ms);
    const frame = frameAt(START + ms, ms / 100);
    await record(previous, frame);
    previous = frame;
  }
}

const rows = (stepSeconds: number) =>
  readHistory(getDb(), { directorId, stepSeconds, from: 0, to: START + 10 * 86_400_000 });

describe('the history of a director', () => {
  it('has every reading, and ten-second and five-minute rows made of them', async () => {
    await write(0, 320_000, 5_000);
    expect(await rows(1)).toHaveLength(64);
    const tens = await rows(10);
    expect(tens.map(({ at }) => at - START)).toEqual(Array.from({ length: 31 }, (_, at) => at * 10_000));
    expect(tens.map(({ series }) => series['fwm:1']?.[0])).toEqual(Array.from({ length: 31 }, () => 10));
    expect((await rows(300)).map(({ at, series }) => [at - START, series['fwm:1']?.[0]])).toEqual([[0, 10]]);
  });

  it('goes on with a bucket that an earlier worker began, and makes up nothing for the time between', async () => {
    await write(0, 9_000, 1_000);
    await write(47_000, 63_000, 5_000);
    expect((await rows(10)).map(({ at, series }) => [at - START, series['fwm:1']?.[0]])).toEqual([
      [0, 10],
      [40_000, null],
      [50_000, 10],
    ]);
  });

  it('never has more rows than the ring has slots, whatever the time', async () => {
    const [fine] = RINGS;
    await write(0, 4_000, 1_000);
    await write(fine.slots * 1_000, fine.slots * 1_000 + 4_000, 1_000);
    const kept = await rows(1);
    expect(kept.map(({ at }) => (at - START) / 1000)).toEqual([3600, 3601, 3602, 3603]);
  });

  it('goes with its director', async () => {
    await write(0, 3_000, 1_000);
    await getDb().director.delete({ where: { id: directorId } });
    expect(await getDb().historySlot.count()).toBe(0);
  });
});
