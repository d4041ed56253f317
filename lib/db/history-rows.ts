// The rings of history as rows: written over slot by slot, read in time order with only the series that are asked for.
import 'server-only';
import { MOST_SERIES, type DirectorState, type HistoryPoint, type MetricValues } from '@/lib/core/history';
import type { Db } from './client';
import { Prisma } from './generated/client';

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
type Row = { at: Date; slot: number; state: string; series: Record<string, MetricValues> | null; leftOut: number };

/** So many series, of however many rows, are some megabytes; a row holds at most MOST_SERIES. */
const BATCH_SERIES = 32_768;

/** In time order. A slot whose time has not come again holds an older round: the window leaves it out. */
export async function* readHistoryBatches(db: Db, question: HistoryQuestion): AsyncGenerator<HistoryPoint[]> {
  const most = Math.floor(BATCH_SERIES / Math.max(1, question.keys?.length ?? MOST_SERIES));
  let after: Row | undefined;
  do {
    const rows: Row[] = await readRows(db, question, { after, most });
    yield rows.map(toPoint);
    after = rows.length < most ? undefined : rows.at(-1);
  } while (after);
}

/** For short windows. */
export async function readHistory(db: Db, question: HistoryQuestion): Promise<HistoryPoint[]> {
  const points: HistoryPoint[] = [];
  for await (const batch of readHistoryBatches(db, question)) points.push(...batch);
  return points;
}

function readRows(
  db: Db,
  { directorId, stepSeconds, from, to, keys }: HistoryQuestion,
  { after, most }: { after: Row | undefined; most: number },
): Promise<Row[]> {
  const [start, end] = [after?.at ?? new Date(from), new Date(to)];
  const series = keys
    ? Prisma.sql`(SELECT jsonb_object_agg(key, "series" -> key) FROM unnest(${[...keys]}::text[]) AS key WHERE "series" ? key)`
    : Prisma.sql`"series"`;
  return db.$queryRaw`
    SELECT "at", "slot", "state", "leftOut", ${series} AS "series"
    FROM "HistorySlot"
    WHERE "directorId" = ${directorId} AND "stepSeconds" = ${stepSeconds}
      AND "at" >= ${start}::timestamp AND "at" < ${end}::timestamp
      AND ("at", "slot") > (${start}::timestamp, ${after?.slot ?? -1})
    ORDER BY "at", "slot" LIMIT ${most}`;
}

function toPoint({ at, state, series, leftOut }: Row): HistoryPoint {
  return { at: at.getTime(), state: state as DirectorState, series: series ?? {}, leftOut };
}
