// The rings of history as rows: written over slot by slot, read in time order with only the series that are asked for.
import 'server-only';
import type { DirectorState, HistoryPoint, MetricValues } from '@/lib/core/history';
import type { Db } from './client';

export async function writeHistory(
  db: Db,
  directorId: string,
  stepSeconds: number,
  slot: number,
  { at, state, series, leftOut }: HistoryPoint,
): Promise<void> {
  const data = { at: new Date(at), state, series, leftOut };
  const where = { directorId_stepSeconds_slot: { directorId, stepSeconds, slot } };
  await db.historySlot.upsert({ where, create: { directorId, stepSeconds, slot, ...data }, update: data });
}

type HistoryQuestion = {
  directorId: string;
  stepSeconds: number;
  from: number;
  to: number;
  /** Absent: all of them. */
  keys?: readonly string[];
};
type Row = { at: Date; state: string; series: Record<string, MetricValues> | null; leftOut: number };

/** A slot whose time has not come again holds an older round: the window leaves it out. */
export async function readHistory(
  db: Db,
  { directorId, stepSeconds, from, to, keys }: HistoryQuestion,
): Promise<HistoryPoint[]> {
  const [start, end] = [new Date(from), new Date(to)];
  const rows: Row[] = keys
    ? await db.$queryRaw`
        SELECT "at", "state", "leftOut",
          (SELECT jsonb_object_agg(key, "series" -> key) FROM unnest(${[...keys]}::text[]) AS key WHERE "series" ? key) AS "series"
        FROM "HistorySlot"
        WHERE "directorId" = ${directorId} AND "stepSeconds" = ${stepSeconds} AND "at" >= ${start}::timestamp AND "at" < ${end}::timestamp
        ORDER BY "at"`
    : ((await db.historySlot.findMany({
        where: { directorId, stepSeconds, at: { gte: start, lt: end } },
        orderBy: { at: 'asc' },
      })) as unknown as Row[]);
  return rows.map(({ at, state, series, leftOut }) => ({
    at: at.getTime(),
    state: state as DirectorState,
    series: series ?? {},
    leftOut,
  }));
}
