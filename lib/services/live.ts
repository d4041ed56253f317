// The live pair: the newest frames of both directors, and a stream that follows them.
import 'server-only';
import { composeLivePair } from '@/lib/core/live-pair';
import { ServiceError } from '@/lib/core/errors';
import { neverRead } from '@/lib/core/never-read';
import { composePairDrift } from '@/lib/core/pair-drift';
import type { PairDrift } from '@/lib/core/views/drift';
import { liveHostSchema, type LiveHost, type LivePair } from '@/lib/core/views/live';
import { getDb, type Db } from '@/lib/db/client';
import { watchChannel } from '@/lib/db/listen';
import { requireRole, type VerbArgs } from './context';
import { shareWatch } from './shared-watch';

/** Throws ServiceError('not-found'). */
export async function loadPair(db: Db, topologyId: string): Promise<{ pair: LivePair; directorIds: Set<string> }> {
  const rows = await db.director.findMany({ where: { topologyId }, include: { live: true }, orderBy: { name: 'asc' } });
  if (rows.length === 0 && !(await db.topology.findUnique({ where: { id: topologyId } })))
    throw new ServiceError('not-found', 'There is no such topology.');
  const hosts = rows.map((row) => {
    // A frame of an earlier version of the console counts as none: the poller writes a new one within seconds.
    const read = liveHostSchema.safeParse(row.live?.frame);
    return read.success ? read.data : unread(row.name, row.fingerprint !== null);
  });
  const pair = composeLivePair(topologyId, hosts, Date.now());
  return { pair, directorIds: new Set(rows.map(({ id }) => id)) };
}

function unread(director: string, isTrusted: boolean): LiveHost {
  const message = isTrusted
    ? 'It has not been read yet.'
    : 'Its host key has not been accepted; open it under Directors.';
  const problem = { code: isTrusted ? 'never-read' : 'untrusted', message, since: new Date().toISOString() };
  return { ...neverRead(director), problem };
}

export async function getLivePair({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<LivePair> {
  requireRole(ctx, 'viewer');
  return (await loadPair(ctx.db, input.topologyId)).pair;
}

export async function getPairDrift({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<PairDrift> {
  requireRole(ctx, 'viewer');
  const { pair } = await loadPair(ctx.db, input.topologyId);
  return composePairDrift(input.topologyId, pair.hosts, Date.now());
}

/** Without news a pair is read again: a worker that died must not leave a director active on everyone's page. */
const READ_AGAIN_MS = 5_000;

const followPair = shareWatch<LivePair>(async function* follow(topologyId, signal) {
  let directorIds = new Set<string>();
  for await (const changed of watchChannel('live', signal, { readAgainMs: READ_AGAIN_MS })) {
    if (changed !== undefined && !directorIds.has(changed)) continue;
    const loaded = await loadPair(getDb(), topologyId);
    directorIds = loaded.directorIds;
    yield loaded.pair;
  }
});

/** The pair now, and again whenever a frame of one of its directors came; read once for all who watch it. */
export function watchLivePair({
  ctx,
  input,
}: VerbArgs<{ topologyId: string; signal: AbortSignal }>): AsyncGenerator<LivePair> {
  requireRole(ctx, 'viewer');
  return followPair(input.topologyId, input.signal);
}
