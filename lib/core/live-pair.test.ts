// Who is active, from readings of different moments: a takeover is not a split brain.
import { describe, expect, it } from 'vitest';
import { composeLivePair } from './live-pair';
import { neverRead } from './never-read';
import type { LiveHost } from './views/live';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const at = (seconds: number) => new Date(NOW + seconds * 1000).toISOString();

/** Read at `read` (s before now are negative), in its role since `since`. */
function host(director: string, role: LiveHost['role'], since: number, read: number): LiveHost {
  return { ...neverRead(director), role, roleSince: at(since), readAt: at(read), pollMs: 200 };
}
const pairOf = (...hosts: LiveHost[]) => {
  const { state, active, activeSince } = composeLivePair('t', hosts, NOW);
  return [state, active, activeSince];
};

describe('a pair', () => {
  it.each<[string, LiveHost[], (string | undefined)[]]>([
    [
      'has one active director since its first reading as such',
      [host('a', 'active', -60, -1), host('b', 'standby', -60, -1)],
      ['one-active', 'a', at(-60)],
    ],
    [
      'whose active director lost its power was taken over, though its last reading says active',
      [host('a', 'active', -60, -3), host('b', 'active', -1, -1)],
      ['one-active', 'b', at(-1)],
    ],
    [
      'is not split by a reading that had begun before the takeover was seen and ended after it',
      [host('a', 'active', -60, -0.9), host('b', 'active', -1, -1)],
      ['one-active', 'b', at(-1)],
    ],
    [
      'is split when each was read as active after the other one was seen so',
      [host('a', 'active', -60, -0.5), host('b', 'active', -1, -1)],
      ['both-active', undefined, undefined],
    ],
    [
      'stays split while both are read so',
      [host('a', 'active', -60, -1), host('b', 'active', -30, -0.2)],
      ['both-active', undefined, undefined],
    ],
    [
      'of which one cannot be read may have an active director nobody sees',
      [host('a', 'active', -60, -30), host('b', 'standby', -60, -1)],
      ['unknown', undefined, undefined],
    ],
  ])('%s', (_what, hosts, expected) => {
    expect(pairOf(...hosts)).toEqual(expected);
    expect(pairOf(...hosts.toReversed())).toEqual(expected);
  });
});
