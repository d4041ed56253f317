// Writes what the poller read into the three rings: each reading as it is, and the coarser ones from the finer as their time ends.
import 'server-only';
import { bucketOf, mergePoints, RINGS, slotOf, toHistoryPoint, type HistoryPoint, type Ring } from '../core/history';
import type { LiveHost } from '../core/views/live';
import type { Db } from '../db/client';
import { readHistory, writeHistory } from '../db/history-rows';

const [FINE, MIDDLE, COARSE] = RINGS;

/** One for each director; the first reading after a restart goes on from what an earlier worker left. */
export function openHistoryWriter(
  db: Db,
  directorId: string,
): (previous: LiveHost | undefined, frame: LiveHost) => Promise<void> {
  let last: number | undefined;
  return async (previous, frame) => {
    const point = toHistoryPoint(previous, frame, Date.now());
    last ??= (await newestBefore(db, directorId, point.at))?.at;
    await writeHistory(db, directorId, FINE.stepSeconds, slotOf(FINE, point.at), point);
    if (last !== undefined && last < point.at) {
      await closeBucket(db, directorId, { from: FINE, to: MIDDLE }, last, point.at);
      await closeBucket(db, directorId, { from: MIDDLE, to: COARSE }, last, point.at);
    }
    last = point.at;
  };
}

async function newestBefore(db: Db, directorId: string, at: number): Promise<HistoryPoint | undefined> {
  const hour = FINE.stepSeconds * FINE.slots * 1000;
  return (await readHistory(db, { directorId, stepSeconds: FINE.stepSeconds, from: at - hour, to: at })).at(-1);
}

/** The bucket of the reading before has ended when this reading lies in another one. A gap leaves no buckets, and so no rows. */
async function closeBucket(
  db: Db,
  directorId: string,
  { from, to }: { from: Ring; to: Ring },
  last: number,
  now: number,
): Promise<void> {
  const start = bucketOf(to.stepSeconds, last);
  if (start === bucketOf(to.stepSeconds, now)) return;
  const window = { from: start, to: start + to.stepSeconds * 1000 };
  const merged = mergePoints(start, await readHistory(db, { directorId, stepSeconds: from.stepSeconds, ...window }));
  if (merged) await writeHistory(db, directorId, to.stepSeconds, slotOf(to, start), merged);
}
