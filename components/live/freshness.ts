// How old a frame is, whether a person may still trust it, and why nothing newer is shown.
import { COUNTED_AS_GONE_MS } from '@/lib/core/pair-drift';
import type { LiveHost } from '@/lib/core/views/live';
import { printDuration } from '@/components/ui/time';

/** Two readings and more of a director that answers quickly: one that is late is no news, and a power cut is on the screen within five seconds. */
const STALE_MS = 3_000;
/** A director that answers slowly is asked less often: its pause is a multiple of the time it took. */
const STALE_ROUNDS = 4;
/** The console says something of a pair every five seconds at least. */
const OLD_FEED_MS = 6_000;

/** How the page gets its frames. Of one that is frozen or cut, `asOf` is when the last one came; directors and worker may be well. */
export type Feed = { state: 'live' | 'frozen' | 'cut'; asOf: number };

export function feedOf({ isPaused, isCut, asOf }: { isPaused: boolean; isCut: boolean; asOf: number }): Feed {
  return { state: isPaused ? 'frozen' : isCut ? 'cut' : 'live', asOf };
}

export type Freshness = { isStale: boolean; ageMs: number | undefined; why: string };

export function freshnessOf(host: LiveHost, now: number, feed: Feed): Freshness {
  const { readAt, problem } = host;
  if (readAt === undefined) return { isStale: true, ageMs: undefined, why: problem?.message ?? 'It was not read yet.' };
  const ageMs = Math.max(0, now - Date.parse(readAt));
  const isStale = problem !== undefined || ageMs > Math.min(STALE_MS + STALE_ROUNDS * host.pollMs, COUNTED_AS_GONE_MS);
  return { isStale, ageMs, why: problem?.message ?? whyNothingNewer(feed, now) };
}

function whyNothingNewer({ state, asOf }: Feed, now: number): string {
  if (state === 'frozen') return 'Frozen by you: what came since is shown when you resume.';
  if (state === 'cut') return `No connection to the console since ${printDuration(now - asOf)}.`;
  return 'No newer frame has arrived from the worker.';
}

/** The time that frames are judged by: without a feed their age says nothing of the directors. */
export function judgedAt({ state, asOf }: Feed, now: number): number {
  return state === 'live' ? now : asOf;
}

/** Whether what the pair is called is of a while ago. While the feed lives the console judges that itself. */
export function isOldFeed({ state, asOf }: Feed, now: number): boolean {
  return state !== 'live' && now - asOf > OLD_FEED_MS;
}
