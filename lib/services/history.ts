// The history of a pair over a window: both directors on one time axis, with deploys and failovers.
import 'server-only';
import { z } from 'zod';
import {
  findFailovers,
  layOutGrid,
  METRICS,
  openGrid,
  type HistoryMetric,
  type HistoryPoint,
} from '@/lib/core/history';
import { ServiceError } from '@/lib/core/errors';
import { historyMetricSchema, type HistoryMark, type HistorySeries, type PairHistory } from '@/lib/core/views/history';
import type { Db } from '@/lib/db/client';
import { readHistoryBatches } from '@/lib/db/history-rows';
import { requireRole, type VerbArgs } from './context';

const MOST_STEPS = 600;
/** Without `keys` every kept row is answered, so the steps are fewer. */
const MOST_STEPS_OF_ALL = 120;
const MOST_KEYS = 32;
const MOST_MARKS = 200;

export const historyInput = z.object({
  topologyId: z.string(),
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  metrics: z.array(historyMetricSchema).min(1),
  keys: z.array(z.string().max(120)).max(MOST_KEYS).optional(),
  steps: z.int().min(1).max(MOST_STEPS).optional(),
});
export type HistoryInput = z.infer<typeof historyInput>;
type Grid = (HistoryPoint | undefined)[];

/** Throws ServiceError: `not-found`, or `invalid` for a window that ends before it begins. */
export async function getHistory({ ctx, input }: VerbArgs<HistoryInput>): Promise<PairHistory> {
  requireRole(ctx, 'viewer');
  const { topologyId, keys, metrics, steps = MOST_STEPS } = historyInput.parse(input);
  const [from, to] = [Date.parse(input.from), Date.parse(input.to)];
  if (to <= from) throw new ServiceError('invalid', 'The window ends before it begins: `to` must be after `from`.');
  const layout = layOutGrid({ from, to, steps: keys ? steps : Math.min(steps, MOST_STEPS_OF_ALL) }, Date.now());
  const directors = await ctx.db.director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
  if (directors.length === 0 && !(await ctx.db.topology.findUnique({ where: { id: topologyId } })))
    throw new ServiceError('not-found', 'There is no such topology.');
  const { ring, stepMs } = layout;
  const grids = await Promise.all(
    directors.map(async ({ id: directorId, name: director }) => {
      const question = { directorId, stepSeconds: ring.stepSeconds, from: layout.from, to, ...(keys && { keys }) };
      const grid = openGrid(layout);
      for await (const points of readHistoryBatches(ctx.db, question)) grid.add(points);
      return { director, grid: grid.close() };
    }),
  );
  return {
    ...{ topologyId, stepSeconds: stepMs / 1000 },
    times: Array.from(
      { length: Math.ceil((to - layout.from) / stepMs) },
      (_, at) => (layout.from + at * stepMs) / 1000,
    ),
    directors: grids.map(({ director, grid }) => ({
      director,
      states: grid.map((point) => point?.state ?? 'gap'),
      series: (keys ?? keysOf(grid)).map((key) => toSeries(key, grid, metrics)),
      leftOut: Math.max(0, ...grid.map((point) => point?.leftOut ?? 0)),
    })),
    marks: [...failoverMarks(grids), ...(await deployMarks(ctx.db, topologyId, from, to))].toSorted(
      (a, b) => a.at - b.at,
    ),
  };
}

const keysOf = (grid: Grid) => [...new Set(grid.flatMap((point) => Object.keys(point?.series ?? {})))];

function toSeries(key: string, grid: Grid, metrics: readonly HistoryMetric[]): HistorySeries {
  const of = (metric: HistoryMetric) => grid.map((point) => point?.series[key]?.[METRICS.indexOf(metric)] ?? null);
  return { key, values: Object.fromEntries(metrics.map((metric) => [metric, of(metric)])) };
}

function failoverMarks(grids: { director: string; grid: Grid }[]): HistoryMark[] {
  return findFailovers(grids).map(({ at, from, to }) => ({
    ...{ at: at / 1000, kind: 'failover', text: `Failover: ${to} took over from ${from}` },
  }));
}

async function deployMarks(db: Db, topologyId: string, from: number, to: number): Promise<HistoryMark[]> {
  const rows = await db.deploy.findMany({
    where: { topologyId, createdAt: { gte: new Date(from), lt: new Date(to) } },
    orderBy: { createdAt: 'desc' },
    take: MOST_MARKS,
    select: { id: true, number: true, revision: true, state: true, createdAt: true },
  });
  return rows.map(({ id, number, revision, state, createdAt }) => ({
    ...{ at: createdAt.getTime() / 1000, kind: 'deploy', deployId: id },
    text: `Deploy ${number} of revision ${revision}: ${state}`,
  }));
}
