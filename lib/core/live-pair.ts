// What two directors mean together: who is active, and whether they are in sync.
import { COUNTED_AS_GONE_MS } from './pair-drift';
import type { LiveHost, LivePair } from './views/live';

export function composeLivePair(topologyId: string, hosts: LiveHost[], now: number): LivePair {
  const fresh = hosts.filter((host) => isFresh(host, now));
  const active = stillActive(fresh.filter(({ role }) => role === 'active'));
  const state = stateOf(hosts.length, fresh.length, active.length);
  const only = active.length === 1 ? active[0] : undefined;
  return {
    topologyId,
    hosts,
    state,
    ...(only ? { active: only.director } : {}),
    ...(only?.roleSince === undefined ? {} : { activeSince: only.roleSince }),
    ...syncOf(hosts, fresh),
  };
}

/**
 * Two that were read as active are both active only if each reading began after the other one was seen active. Else one has taken
 * over and the other was not read since: a director that lost its power a moment ago is no split brain.
 */
function stillActive(active: LiveHost[]): LiveHost[] {
  const newest = active.reduce<LiveHost | undefined>(
    (best, host) => (best && sinceOf(best) >= sinceOf(host) ? best : host),
    undefined,
  );
  return newest ? active.filter((host) => host === newest || readFrom(host) >= sinceOf(newest)) : [];
}

const sinceOf = ({ roleSince = '' }: LiveHost): number => Date.parse(roleSince) || 0;
const readFrom = ({ readAt = '', pollMs }: LiveHost): number => (Date.parse(readAt) || 0) - pollMs;

function isFresh({ readAt, problem }: LiveHost, now: number): boolean {
  return problem === undefined && readAt !== undefined && now - Date.parse(readAt) < COUNTED_AS_GONE_MS;
}

/** With a director that cannot be read, `none` would be a guess: it may hold the addresses. */
function stateOf(all: number, fresh: number, active: number): LivePair['state'] {
  if (active > 1) return 'both-active';
  if (active === 1) return 'one-active';
  return fresh === all && all > 0 ? 'none-active' : 'unknown';
}

function syncOf(hosts: LiveHost[], fresh: LiveHost[]): Pick<LivePair, 'inSync' | 'inSyncReason'> {
  const gone = hosts.filter((host) => !fresh.includes(host)).map(({ director }) => director);
  if (hosts.length === 0) return { inSync: 'unknown', inSyncReason: 'No director of this topology is trusted yet.' };
  if (gone.length > 0) return { inSync: 'unknown', inSyncReason: `${gone.join(' and ')} cannot be read.` };
  const drifted = hosts.find(({ drift }) => drift.items.length > 0);
  if (drifted) return { inSync: 'no', inSyncReason: `${drifted.director}: ${drifted.drift.items[0]?.sentence ?? ''}` };
  const releases = new Set(hosts.map(({ release }) => release.confirmed));
  if (releases.size > 1)
    return {
      inSync: 'no',
      inSyncReason: `The directors have confirmed different releases: ${[...releases].join(', ')}.`,
    };
  if (releases.has('origin') || releases.has(''))
    return { inSync: 'unknown', inSyncReason: 'Nothing has been deployed yet.' };
  const uncompared = hosts.find(({ drift }) => drift.state !== 'none');
  if (uncompared) return { inSync: 'unknown', inSyncReason: uncomparedSentence(uncompared) };
  return {
    inSync: 'yes',
    inSyncReason: 'Both directors run the same confirmed release and their kernels and files equal it.',
  };
}

function uncomparedSentence({ director, drift: { state, why } }: LiveHost): string {
  if (state === 'paused') return 'A deploy is changing the pair.';
  if (state === 'settling') return `${director} changed its role just now.`;
  return state === 'unknown' ? `${director}: ${why ?? 'not read'}` : 'Nothing has been deployed yet.';
}
