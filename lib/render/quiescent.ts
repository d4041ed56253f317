// When a dead real server stays in the table with weight 0: where its pool says so, and under ldirectord while one is drained.
import type { Stack } from '../core/document';
import type { Pool } from '../core/topology';

/**
 * ldirectord takes weight 0 for dead whenever it reads its file again: without `quiescent` it takes such a real server out of
 * the table, which resets what it still holds, and adds it again after the next check (ld_start() of ldirectord 4.12).
 * keepalived compares its files and leaves the table alone.
 */
export function isQuiescentUnder(stack: Stack, { quiescent, realServers }: Pool): boolean {
  return quiescent || (stack !== 'keepalived' && realServers.some(({ weight }) => weight === 0));
}
