// How old a frame is, and whether a person may still trust it.
import type { LiveHost } from '@/lib/core/views/live';

/** Two readings and more: one that is late is no news, and a power cut is on the screen within five seconds. */
const STALE_MS = 3_000;

export type Freshness = { isStale: boolean; ageMs: number | undefined; why: string };

export function freshnessOf(host: LiveHost, now: number): Freshness {
  const { readAt, problem } = host;
  if (readAt === undefined) return { isStale: true, ageMs: undefined, why: problem?.message ?? 'It was not read yet.' };
  const ageMs = Math.max(0, now - Date.parse(readAt));
  const isStale = problem !== undefined || ageMs > STALE_MS;
  return { isStale, ageMs, why: problem?.message ?? 'No newer frame has arrived from the worker.' };
}
