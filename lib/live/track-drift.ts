// Drift of one director over time: when each difference was first seen, and which of them is only a daemon at work.
import type { DriftItem, HostDrift } from '../core/views/drift';
import type { LiveHost } from '../core/views/live';
import type { GuardFrame } from '../parse/guard-frames';
import { findDrift, type FoundDrift } from '../plan/find-drift';
import { toObservedHost, withTexts } from '../plan/observed-host';
import type { LiveContext } from './to-live-host';

/** A start of heartbeat or a takeover: addresses, services and sync daemon follow one after the other. */
const SETTLE_MS = 20_000;
/** What daemons do by themselves is drift when a second read still finds it. */
const STILL_THERE_MS = 2_000;
/** A page of them says enough; the rest is a number. */
const TOLD = 100;

type Frames = ReadonlyMap<string, GuardFrame>;
export type Seen = {
  frames: Frames;
  /** The same frames, read before: they may be large. */
  observed?: ReturnType<typeof toObservedHost>;
  context: LiveContext;
  role: LiveHost['role'];
  texts: ReadonlyMap<string, string>;
};
type Dated = FoundDrift & { firstSeen: string };
export type DriftTracker = (seen: Seen, now: Date) => HostDrift;

/** `last`: what an earlier poller, perhaps of another process, stored. */
export function trackDrift(last: HostDrift | undefined): DriftTracker {
  let firstSeen = new Map(last?.items.map((item) => [item.id, item.firstSeen]));
  let role: LiveHost['role'] | undefined;
  let settledAt = 0;
  return (seen, now) => {
    if (role !== undefined && role !== seen.role) settledAt = now.getTime() + SETTLE_MS;
    role = seen.role;
    const { found, ...head } = lookFor(seen);
    if (!found) return { ...head, items: [], more: 0 };
    firstSeen = new Map(found.map(({ id }) => [id, firstSeen.get(id) ?? now.toISOString()]));
    const dated = found.map((item) => ({ ...item, firstSeen: firstSeen.get(item.id) ?? now.toISOString() }));
    const isSettling = now.getTime() < settledAt;
    const stays = ({ isMoving, firstSeen: since }: Dated) =>
      !isMoving || (!isSettling && now.getTime() - Date.parse(since) >= STILL_THERE_MS);
    return toHostDrift(head, dated.filter(stays).map(plain), isSettling && dated.some(({ isMoving }) => isMoving));
  };
}

type Head = Omit<HostDrift, 'items' | 'more'>;

function toHostDrift(head: Head, items: DriftItem[], isSettling: boolean): HostDrift {
  const state = items.length > 0 ? 'drift' : isSettling ? 'settling' : 'none';
  return { ...head, state, items: items.slice(0, TOLD), more: Math.max(0, items.length - TOLD) };
}

/** Without `found` the head says why nothing was compared. */
function lookFor({ frames, observed, context, texts }: Seen): Head & { found?: FoundDrift[] } {
  const { expected, isDeploying } = context;
  if (!expected) return { state: isDeploying ? 'paused' : 'not-deployed' };
  const head = { release: expected.release, revision: expected.revision };
  if (isDeploying) return { ...head, state: 'paused' };
  const { host, problems } = observed ?? toObservedHost(frames);
  if (!host) return { ...head, state: 'unknown', why: problems.join(' ') };
  const found = findDrift(expected, { ...host, files: withTexts(host.files ?? [], texts) });
  if (found === 'paused') return { ...head, state: 'paused' };
  return { ...head, state: 'none', found: [...new Map(found.map((item) => [item.id, item])).values()] };
}

function plain({ id, area, what, expected, observed, sentence, command, diff, adopt, firstSeen }: Dated): DriftItem {
  const optional = { ...(command !== undefined && { command }), ...(diff !== undefined && { diff }) };
  return { id, area, what, expected, observed, sentence, ...optional, adopt, firstSeen };
}
