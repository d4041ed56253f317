// What a listing of the whole connection table costs a director, from the parts that were listed: no kernel is asked for its version.
import type { ListingForecast } from '../core/views/connections';

/** A listing that passed `rows` rows in `ms` milliseconds. */
export type ListingSample = { rows: number; ms: number };

/** Below that the start of the processes is too much of it. */
const SHORTEST_MS = 200;
/** Samples of nearly one length say nothing about how the cost grows. */
const APART = 1.5;
/** Kernels walk their table once for a listing, or from the start again for every part of it: nothing is in between. */
const SQUARE_ABOVE = 1.4;

/** Keeps the shortest and the longest one worth keeping; newer ones replace older ones of their kind. */
export function noteListing(samples: readonly ListingSample[], sample: ListingSample): ListingSample[] {
  if (sample.ms < SHORTEST_MS || sample.rows < 100) return [...samples];
  const [short, long] = samples;
  if (!short) return [sample];
  if (!long) {
    if (sample.rows >= short.rows * APART) return [short, sample];
    if (short.rows >= sample.rows * APART) return [sample, short];
    return [sample];
  }
  if (sample.rows * sample.rows < short.rows * long.rows)
    return long.rows >= sample.rows * APART ? [sample, long] : [short, long];
  return sample.rows >= short.rows * APART ? [short, sample] : [short, long];
}

/** Undefined before anything was timed. With one sample the square is assumed: the worst that kernels do. */
export function forecastListing(samples: readonly ListingSample[], rows: number): ListingForecast | undefined {
  const [short, long = short] = samples;
  if (!short || !long) return undefined;
  const isMeasured = samples.length > 1;
  const grown = isMeasured ? Math.log(long.ms / short.ms) / Math.log(long.rows / short.rows) : 2;
  const exponent = grown < SQUARE_ABOVE ? 1 : 2;
  const seconds = (long.ms / 1000) * Math.max(rows / long.rows, 1) ** exponent;
  return { seconds, exponent, isMeasured };
}
