// A pool with a drained real server is quiescent under ldirectord only, and not any longer than it is drained.
import { expect, it } from 'vitest';
import { resolveTopology } from '../core/resolve';
import { seedDocument } from '../core/seed';
import type { Stack } from '../core/document';
import { isQuiescentUnder } from './quiescent';

it.each<[Stack, number, boolean | undefined, boolean]>([
  ['heartbeat', 0, undefined, true],
  ['single', 0, undefined, true],
  ['keepalived', 0, undefined, false],
  ['heartbeat', 1, undefined, false],
  ['heartbeat', 1, true, true],
  ['keepalived', 0, true, true],
])('%s, weight %d, quiescent %s: %s', (stack, weight, quiescent, wanted) => {
  const document = seedDocument();
  const [pool] = document.pools;
  pool!.realServers[0]!.weight = weight;
  document.pools = [{ ...pool!, ...(quiescent !== undefined && { quiescent }) }];
  expect(isQuiescentUnder(stack, resolveTopology(document).topology!.pools[0]!)).toBe(wanted);
});
