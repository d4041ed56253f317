// One poller for each trusted director, over any number of workers: an advisory lock decides whose.
import 'server-only';
import { topologyDocumentSchema } from '../core/document';
import { resolveTopology } from '../core/resolve';
import type { Topology } from '../core/topology';
import { liveHostSchema, type LiveHost } from '../core/views/live';
import { tryLock } from '../db/advisory-lock';
import type { Db } from '../db/client';
import { watchChannel } from '../db/listen';
import { pause } from '../deploy/run-step';
import type { LastReadings } from '../live/last-readings';
import { pollDirector } from '../live/poll-director';
import type { LiveContext } from '../live/to-live-host';
import type { ExpectedRelease } from '../plan/find-drift';
import { ANY_WAY, healthWaysOf } from '../plan/health-made';
import { virtualAddressesOf } from '../plan/roles';
import type { DirectorHosts } from './director-hosts';
import { openHistoryWriter } from './history-writer';
import type { Logger } from './logger';
import { saveFrame } from './save-frame';
import { expectedOf, loadLastVerified, type Deployed } from './stored-plan';

export type PollerDeps = { db: Db; hosts: DirectorHosts; readings: LastReadings; log: Logger; signal: AbortSignal };
type Trusted = { id: string; name: string; topologyId: string; login: string };
type Poller = { login: string; stop: AbortController };

const LOOK_MS = 2_000;
const CONTEXT_MS = 3_000;
/** Rehearsals of faults run many labs on few processors: what is read of a quiet pair is not what they look at. */
const REHEARSAL_POLL_MS = Number(process.env['LVS_CONSOLE_REHEARSAL_POLL_SECONDS'] ?? 0) * 1000;

/** Runs until the signal aborts. New, changed and untrusted directors are noticed at once by NOTIFY, else within two seconds. */
export async function keepPolling(deps: PollerDeps): Promise<void> {
  const { db, hosts, log, signal } = deps;
  const pollers = new Map<string, Poller>();
  const wake = watchWakes(signal);
  while (!signal.aborted) {
    const trusted = await listTrusted(db).catch((error: unknown) => {
      log.warn({ err: error }, 'directors cannot be listed');
      return undefined;
    });
    if (trusted) await settle(deps, pollers, trusted);
    await wake(LOOK_MS);
  }
  for (const { stop } of pollers.values()) stop.abort();
  hosts.close();
}

async function settle(deps: PollerDeps, pollers: Map<string, Poller>, trusted: readonly Trusted[]): Promise<void> {
  for (const [id, { login, stop }] of pollers) {
    if (trusted.some((director) => director.id === id && director.login === login)) continue;
    stop.abort();
    deps.hosts.drop(id);
    deps.readings.drop(id);
    pollers.delete(id);
  }
  for (const director of trusted) {
    if (pollers.has(director.id)) continue;
    const poller = { login: director.login, stop: new AbortController() };
    pollers.set(director.id, poller);
    const signal = AbortSignal.any([deps.signal, poller.stop.signal]);
    void pollLocked(deps, director, signal)
      .catch((error: unknown) => deps.log.warn({ err: error, director: director.name }, 'poller ended'))
      .finally(() => {
        if (pollers.get(director.id) === poller) pollers.delete(director.id);
      });
  }
}

/** Ends at once when another worker polls this director; the next round tries again. */
async function pollLocked(deps: PollerDeps, director: Trusted, signal: AbortSignal): Promise<void> {
  const { db, hosts, readings, log } = deps;
  const lock = await tryLock(`poll:${director.id}`);
  if (!lock) return;
  try {
    await pollDirector({
      host: await hosts.openReader(director.id),
      loadContext: cachedContext(db, director),
      save: await openSave(db, director, log),
      loadLast: () => loadFrame(db, director.id),
      keep: (reading) => readings.keep(director.id, reading),
      leastPauseMs: REHEARSAL_POLL_MS,
      signal: AbortSignal.any([signal, lock.lost]),
      pause,
    });
  } finally {
    readings.drop(director.id); // whoever polls it next knows better
    await lock.release();
  }
}

/** The frame first: history is for later, and a page waits. A history that cannot be written stops nobody from watching. */
async function openSave(db: Db, { id, name }: Trusted, log: Logger): Promise<(frame: LiveHost) => Promise<void>> {
  const record = openHistoryWriter(db, id);
  let previous = await loadFrame(db, id);
  return async (frame) => {
    await saveFrame(db, id, frame);
    await record(previous, frame).catch((err: unknown) => log.warn({ err, director: name }, 'history was not written'));
    previous = frame;
  };
}

async function listTrusted(db: Db): Promise<Trusted[]> {
  const rows = await db.director.findMany({ where: { fingerprint: { not: null } } });
  return rows.map(({ id, name, topologyId, address, port, user, fingerprint }) => ({
    ...{ id, name, topologyId },
    login: [address, port, user, fingerprint].join(' '),
  }));
}

function cachedContext(db: Db, { name, topologyId }: Trusted): (confirmed: string) => Promise<LiveContext> {
  let known: { context: LiveContext; at: number } | undefined;
  return async (confirmed) => {
    const isOther = known?.context.expected && known.context.expected.release !== confirmed;
    if (known && !isOther && Date.now() - known.at < CONTEXT_MS) return known.context;
    known = { context: await loadContext(db, topologyId, name), at: Date.now() };
    return known.context;
  };
}

/** The virtual addresses of what runs; before the first deploy those of the newest revision. */
async function loadContext(db: Db, topologyId: string, director: string): Promise<LiveContext> {
  const isDeploying = (await db.deploy.count({ where: { openFor: topologyId } })) > 0;
  const deployed = await loadLastVerified(db, topologyId);
  const newest = deployed
    ? undefined
    : await db.topologyRevision.findFirst({ where: { topologyId }, orderBy: { number: 'desc' } });
  const document = deployed?.document ?? topologyDocumentSchema.parse(newest?.document);
  const { topology } = resolveTopology(document);
  const expected = deployed && expectedRelease(deployed, topology, director);
  return {
    virtualAddresses: topology ? virtualAddressesOf(topology) : [],
    ...{ isDeploying, ...(expected && { expected }) },
  };
}

function expectedRelease(
  { transaction, revision, releases }: Deployed,
  topology: Topology | undefined,
  director: string,
): ExpectedRelease | undefined {
  const release = releases.find((each) => each.director === director);
  if (!release) return undefined;
  const healthWays = topology ? healthWaysOf(topology) : ANY_WAY;
  return { release: transaction, revision, host: expectedOf(release), files: release.files, healthWays };
}

async function loadFrame(db: Db, directorId: string): Promise<LiveHost | undefined> {
  const row = await db.liveFrame.findUnique({ where: { directorId } });
  const read = liveHostSchema.safeParse(row?.frame);
  return read.success ? read.data : undefined;
}

/** Resolves at a notification on `directors`, or after the time. */
function watchWakes(signal: AbortSignal): (milliseconds: number) => Promise<void> {
  let waker = new AbortController();
  void (async () => {
    const changes = watchChannel('directors', signal);
    while (!(await changes.next()).done) {
      waker.abort();
      waker = new AbortController();
    }
  })().catch(() => undefined); // without notifications the clock alone is enough
  return (milliseconds) => pause(milliseconds, AbortSignal.any([waker.signal, signal]));
}
