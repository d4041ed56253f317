// A planned failover: watch both directors, ask the active one to hand over, and write down what was seen.
import 'server-only';
import { randomUUID } from 'node:crypto';
import { HostError } from '../core/errors';
import { resolveTopology } from '../core/resolve';
import type { FailoverGap } from '../core/views/failover';
import { tryLock } from '../db/advisory-lock';
import type { Db } from '../db/client';
import type { Failover } from '../db/generated/client';
import { notify } from '../db/listen';
import { pause } from '../deploy/run-step';
import { hasArrived, measureGap, type Look } from '../live/measure-gap';
import { virtualAddressesOf } from '../plan/roles';
import { isOutcomeUnknown } from '../ssh/guard-host';
import type { DirectorHosts } from './director-hosts';
import type { Logger } from './logger';
import { loadLastVerified } from './stored-plan';
import { watchHolder } from './watch-holders';

export type FailoverDeps = { db: Db; hosts: DirectorHosts; log: Logger; signal: AbortSignal };

/** So that both directors were seen at rest. */
const BEFORE_MS = 1_500;
/** heartbeat starts its resources one after the other; a slow machine takes its time. */
const ARRIVAL_MS = 240_000;
/** A stop and start of keepalived; heartbeat is only asked. */
const HANDOVER_MS = 130_000;
/** The guard's exit status for a verb that it does not know. */
const NOT_UNDERSTOOD = 2;

type End = { state: 'done' | 'failed' | 'unknown'; message: string; gap?: FailoverGap | undefined };

/** Once: an order that was perhaps given is never given again. */
export async function runFailover(deps: FailoverDeps, id: string): Promise<void> {
  const { db, log } = deps;
  const lock = await tryLock(`failover:${id}`);
  if (!lock) return;
  try {
    const row = await db.failover.findUnique({ where: { id } });
    if (!row?.openFor) return;
    const end = await perform(deps, row).catch((error: unknown): End => {
      log.error({ err: error, failover: id }, 'failover');
      return { state: 'unknown', message: error instanceof Error ? error.message : String(error) };
    });
    await finish(db, row, end);
  } finally {
    await lock.release();
  }
}

/** Those whose worker died: what became of them is on the live page, and is not guessed. */
export async function endLostFailovers(db: Db): Promise<void> {
  for (const row of await db.failover.findMany({ where: { openFor: { not: null } } })) {
    // The one that was just asked for is about to get its lock.
    if (Date.now() - row.startedAt.getTime() < 30_000) continue;
    const lock = await tryLock(`failover:${row.id}`);
    if (!lock) continue;
    const message = 'The worker ended during it, so nobody measured it. Who is active now is at the top of this page.';
    await finish(db, row, { state: 'unknown', message });
    await lock.release();
  }
}

async function perform({ db, hosts, log, signal }: FailoverDeps, row: Failover): Promise<End> {
  const { topologyId, from, to } = row;
  const deployed = await loadLastVerified(db, topologyId);
  const { topology } = deployed ? resolveTopology(deployed.document) : {};
  if (!topology) return { state: 'failed', message: 'Nothing was deployed, so there is nothing to hand over.' };
  const wanted = { virtualAddresses: virtualAddressesOf(topology), services: topology.groups.length };
  const looks: Look[] = [];
  const over = new AbortController();
  const ending = AbortSignal.any([over.signal, signal]);
  const ids = await directorIds(db, topologyId, [from, to]);
  // A watch that ends early only costs the measurement.
  const watching = ids.map((directorId) =>
    hosts
      .openReader(directorId)
      .then((host) => watchHolder(host, wanted, (look) => looks.push(look), ending))
      .catch((error: unknown) => log.warn({ err: error }, 'a director is not watched')),
  );
  try {
    await pause(BEFORE_MS, ending);
    const refusal = await handOver(hosts, ids[0] ?? '', to, signal);
    if (refusal !== undefined) return { state: 'failed', message: refusal };
    return await awaitArrival(looks, row, signal);
  } finally {
    over.abort();
    await Promise.allSettled(watching);
  }
}

async function directorIds(db: Db, topologyId: string, names: readonly string[]): Promise<string[]> {
  const where = (name: string) => ({ topologyId_name: { topologyId, name } });
  const rows = await Promise.all(names.map((name) => db.director.findUniqueOrThrow({ where: where(name) })));
  return rows.map(({ id }) => id);
}

/** The words of a refusal. An answer that was lost is no refusal: the looks tell what happened. */
async function handOver(
  hosts: DirectorHosts,
  id: string,
  to: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const host = await hosts.open(id);
    await host.guard('handover', [to], { timeoutMs: HANDOVER_MS, signal });
    return undefined;
  } catch (error) {
    if (isOutcomeUnknown(error)) return undefined;
    if (error instanceof HostError && error.details.exitCode === NOT_UNDERSTOOD)
      return 'The guard of the active director is older than this verb: open the director and install the guard again. Nothing was done.';
    return error instanceof Error ? error.message : String(error);
  }
}

async function awaitArrival(looks: readonly Look[], { from, to }: Failover, signal: AbortSignal): Promise<End> {
  const deadline = Date.now() + ARRIVAL_MS;
  while (Date.now() < deadline && !signal.aborted && !hasArrived(looks, { from, to })) await pause(100, signal);
  const gap = measureGap(looks, { from, to });
  if (signal.aborted) return { state: 'unknown', message: 'The worker was stopped while the addresses moved.', gap };
  if (hasArrived(looks, { from, to })) return { state: 'done', message: `${to} holds the virtual addresses.`, gap };
  const isBack = looks.findLast(({ director }) => director === from)?.isWhole === true;
  const where = isBack ? `${from} still holds them` : `neither director was seen with all of them`;
  return {
    state: 'failed',
    message: `${to} did not take the virtual addresses and services within ${ARRIVAL_MS / 1000} s; ${where}. The log of its daemon says why.`,
  };
}

async function finish(db: Db, row: Failover, { state, message, gap }: End): Promise<void> {
  const { id, topologyId, from, to, author } = row;
  const data = { state, message, ...(gap && { gap }), openFor: null, endedAt: new Date() };
  await db.$transaction(async (tx) => {
    const { count } = await tx.failover.updateMany({ where: { id, openFor: topologyId }, data });
    if (count === 0) return; // ended, or its topology is gone
    const { name } = await tx.topology.findUniqueOrThrow({ where: { id: topologyId } });
    await tx.auditRow.create({
      data: {
        ...{ actor: author, action: `failover.${state}`, target: name, source: 'worker', requestId: randomUUID() },
        after: { from, to, message, ...(gap && { gap }) },
      },
    });
    await notify(tx, 'live', topologyId);
  });
}
