// How old a frame is, and whether a person may still trust it.
import { COUNTED_AS_GONE_MS } from '@/lib/core/pair-drift';
import type { LiveHost } from '@/lib/core/views/live';

/** Two readings and more of a director that answers quickly: one that is late is no news, and a power cut is on the screen within five seconds. */
const STALE_MS = 3_000;
/** A director that answers slowly is asked less often: its pause is a multiple of the time it took. */
const STALE_ROUNDS = 4;

export type Freshness = { isStale: boolean; ageMs: number | undefined; why: string };

export function freshnessOf(host: LiveHost, now: number): Freshness {
  const { readAt, problem } = host;
  if (readAt === undefined) return { isStale: true, ageMs: undefined, why: problem?.message ?? 'It was not read yet.' };
  const ageMs = Math.max(0, now - Date.parse(readAt));
  const isStale = problem !== undefined || ageMs > Math.min(STALE_MS + STALE_ROUNDS * host.pollMs, COUNTED_AS_GONE_MS);
  return { isStale, ageMs, why: problem?.message ?? 'No newer frame has arrived from the worker.' };
}
