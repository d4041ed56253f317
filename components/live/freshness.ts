// How old a frame is, and whether a person may still trust it.
import type { LiveHost } from '@/lib/core/views/live';

export const STALE_MS = 3_000;

export type Freshness = { isStale: boolean; ageMs: number | undefined; why: string };

export function freshnessOf(host: LiveHost, now: number): Freshness {
  const { readAt, problem } = host;
  if (readAt === undefined) return { isStale: true, ageMs: undefined, why: problem?.message ?? 'It was not read yet.' };
  const ageMs = Math.max(0, now - Date.parse(readAt));
  // The poller reads about once a second: the clock of this page ticks in whole seconds too.
  const isStale = problem !== undefined || ageMs > STALE_MS + 1_000;
  return { isStale, ageMs, why: problem?.message ?? 'No newer frame has arrived from the worker.' };
}
