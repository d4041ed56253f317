// The history of a pair as a page asks for it.
import { beforeAll, describe, expect, it } from 'vitest';
import { RINGS, slotOf, type DirectorState } from '@/lib/core/history';
import { seedDocument } from '@/lib/core/seed';
import type { Plan } from '@/lib/core/views/plan';
import { getDb } from '@/lib/db/client';
import { writeHistory } from '@/lib/db/history-rows';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import type { VerbContext } from './context';
import { createTopology } from './create-topology';
import { getHistory, type HistoryInput } from './history';

setUpTestDatabase();

const NOW = Date.now() - (Date.now() % 10_000);
const iso = (at: number) => new Date(at).toISOString();
let topologyId = '';

beforeAll(async () => {
  const input = { document: seedDocument(), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
  const directors = await getDb().director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
  const write = (index: number, ago: number, state: DirectorState, rate: number) => {
    const at = NOW - ago;
    const values = [rate, 0, 0, 0, 0, 3, 12, 1];
    const series = { 'fwm:1': values, 'fwm:1 192.168.6.2:0': values };
    const point = { at, state, series, leftOut: 0 };
    return writeHistory(getDb(), directors[index]?.id ?? '', 1, slotOf(RINGS[0], at), point);
  };
  await write(0, 8_000, 'active', 5);
  await write(1, 8_000, 'standby', 0);
  await write(0, 2_000, 'standby', 1);
  await write(1, 2_000, 'active', 7);
  const body: Partial<Plan> = { hash: 'h' };
  await getDb().plan.create({ data: { id: 'p', topologyId, revision: 1, hash: 'h', body, createdBy: 'x' } });
  const head = { topologyId, revision: 1, planId: 'p', planHash: 'h', state: 'verified', author: 'x', generation: 1 };
  await getDb().deploy.create({ data: { ...head, createdAt: new Date(NOW - 5_000) } });
});

const ask = (change: Partial<HistoryInput> = {}) =>
  getHistory({
    ctx: contextOf('viewer'),
    input: {
      topologyId,
      from: iso(NOW - 10_000),
      to: iso(NOW),
      metrics: ['connectionRate'],
      keys: ['fwm:1'],
      ...change,
    },
  });

describe('the history of a pair', () => {
  it('has both directors on one axis, gaps as gaps, and deploys and failovers as marks', async () => {
    const { times, stepSeconds, directors, marks } = await ask();
    expect([stepSeconds, times]).toEqual([2, [-10, -8, -6, -4, -2].map((seconds) => NOW / 1000 + seconds)]);
    expect(directors).toEqual([
      {
        ...{ director: 'director1', leftOut: 0, states: ['gap', 'active', 'gap', 'gap', 'standby'] },
        series: [{ key: 'fwm:1', values: { connectionRate: [null, 5, null, null, 1] } }],
      },
      {
        ...{ director: 'director2', leftOut: 0, states: ['gap', 'standby', 'gap', 'gap', 'active'] },
        series: [{ key: 'fwm:1', values: { connectionRate: [null, 0, null, null, 7] } }],
      },
    ]);
    expect(marks.map(({ kind, at, text }) => [kind, at - NOW / 1000, text])).toEqual([
      ['deploy', -5, 'Deploy 1 of revision 1: verified'],
      ['failover', -2, 'Failover: director2 took over from director1'],
    ]);
  });

  it('tells all rows that are kept when none is named, and only the numbers that are asked for', async () => {
    const all = { topologyId, from: iso(NOW - 10_000), to: iso(NOW), metrics: ['weight' as const] };
    const { directors } = await getHistory({ ctx: contextOf('viewer'), input: all });
    expect(directors[0]?.series.map(({ key, values }) => [key, Object.keys(values)])).toEqual([
      ['fwm:1', ['weight']],
      ['fwm:1 192.168.6.2:0', ['weight']],
    ]);
  });

  it('of a month is read a few rows at a time, also without keys, and misses none of them', async () => {
    const [director] = await getDb().director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
    const { stepSeconds } = RINGS[2];
    const count = 1_000;
    const first = NOW - (NOW % (stepSeconds * 1000)) - (count + 1) * stepSeconds * 1000;
    const rows = Array.from({ length: count }, (_, step) => {
      const at = first + step * stepSeconds * 1000;
      const series = { 'fwm:1': [step % 2, 0, 0, 0, 0, 3, 12, step] };
      return { ...{ directorId: director?.id ?? '', stepSeconds, slot: slotOf(RINGS[2], at) }, at, series };
    });
    const data = rows.map((row) => ({ ...row, at: new Date(row.at), state: 'active', leftOut: 0 }));
    await getDb().historySlot.createMany({ data });
    const read: number[] = [];
    const db = getDb().$extends({
      query: {
        $allOperations: async ({ args, query }) => {
          const answer: unknown = await query(args);
          if (Array.isArray(answer)) read.push(answer.length);
          return answer as never;
        },
      },
    });
    const month = { topologyId, from: iso(NOW - 31 * 86_400_000), to: iso(NOW), steps: 1 };
    for (const keys of [undefined, ['fwm:1']]) {
      const { directors } = await getHistory({
        ctx: { ...contextOf('viewer'), db: db as unknown as VerbContext['db'] },
        input: { ...month, metrics: ['connectionRate', 'weight'], ...(keys && { keys }) },
      });
      const [series] = directors[0]?.series ?? [];
      expect(series?.values.connectionRate?.filter((each) => each !== null)).toEqual([0.5]);
      expect(series?.values.weight?.filter((each) => each !== null)).toEqual([0]);
    }
    // 256 series may stand in a row, else the one that is asked for.
    expect(read.filter((each) => each > 100)).toEqual([...Array(7).fill(128), 104, 1_000]);
  });

  it.each([
    ['that ends before it begins', { to: iso(NOW - 20_000) }, 'invalid'],
    ['of a topology that does not exist', { topologyId: 'absent' }, 'not-found'],
  ])('refuses a window %s', async (_what, change, code) => {
    await expect(ask(change)).rejects.toMatchObject({ code });
  });
});
