// What verbs left behind on a pair: real servers that are drained or halted, and which of the last verbs can be taken back.
import 'server-only';
import { findServer, undoServerChanges, weightBefore } from '@/lib/core/server-verbs';
import type { PairVerbs, VerbRevision, WaitingServer } from '@/lib/core/views/verbs';
import type { Tx } from '@/lib/db/client';
import { requireRole, type VerbArgs } from './context';
import { listFailovers } from './failover';
import { findDrain, lastChanges, loadHistory, loadMemory, type History, type VerbEntry } from './verb-history';

const RECENT = 6;
const FAILOVERS = 3;

export async function listVerbs({ ctx, input }: VerbArgs<{ topologyId: string }>): Promise<PairVerbs> {
  requireRole(ctx, 'viewer');
  const { topologyId } = input;
  const history = await loadHistory(ctx.db, topologyId);
  const open = await ctx.db.deploy.findFirst({ where: { openFor: topologyId }, select: { id: true, number: true } });
  return {
    newestRevision: history.newest.number,
    ...(history.running && { runningRevision: history.running.number }),
    ...(open && { openDeploy: open }),
    servers: [...(await drained(ctx.db, history)), ...(await halted(ctx.db, history))],
    failovers: await listFailovers(ctx.db, topologyId, FAILOVERS),
    recent: history.entries.slice(0, RECENT).map((entry) => toRevision(history, entry)),
  };
}

async function drained(tx: Tx, history: History): Promise<WaitingServer[]> {
  const last = lastChanges(history.entries);
  const all = history.newest.document.pools.flatMap(({ name, realServers }) =>
    realServers.filter(({ weight }) => weight === 0).map(({ address, port }) => ({ pool: name, address, port })),
  );
  return Promise.all(
    all.map(async ({ pool, address, port }): Promise<WaitingServer> => {
      const server = { address, ...(port !== undefined && { port }) };
      const known = last.find(({ change: { pool: of, after } }) => of === pool && isSame(after, server));
      const isVerb = known?.change.after?.weight === 0 && (known.change.before?.weight ?? 0) > 0;
      const since = isVerb
        ? { weightBefore: known.change.before?.weight ?? 1, ...whenOf(known.entry) }
        : await findDrain(tx, history, pool, server);
      return {
        ...{ pool, ...server, state: 'drained', ...since },
        ...(isVerb && countOf(known.entry)),
        isRunning: runningWeight(history, pool, server) === 0,
      };
    }),
  );
}

async function halted(tx: Tx, history: History): Promise<WaitingServer[]> {
  const all = lastChanges(history.entries).flatMap(({ change, entry }) =>
    change.after === undefined && change.before ? [{ pool: change.pool, server: change.before, entry }] : [],
  );
  // Somebody may have put it back in the editor, or taken its pool away.
  const gone = all.filter(({ pool: name, server }) => {
    const pool = history.newest.document.pools.find((each) => each.name === name);
    return pool && !findServer(pool, server);
  });
  return Promise.all(
    gone.map(async ({ pool, server: { address, port, weight }, entry }): Promise<WaitingServer> => {
      const server = { address, ...(port !== undefined && { port }) };
      const before =
        weight > 0 ? weight : weightBefore(await loadMemory(tx, history, { ...server, pool }), pool, server);
      return {
        ...{ pool, ...server, state: 'halted', weightBefore: before, ...whenOf(entry), ...countOf(entry) },
        isRunning: history.running !== undefined && runningWeight(history, pool, server) === undefined,
      };
    }),
  );
}

type Named = { address: string; port?: number | undefined };

function isSame(a: Named | undefined, b: Named): boolean {
  return a?.address === b.address && (a.port ?? 0) === (b.port ?? 0);
}

function runningWeight({ running }: History, name: string, server: Named): number | undefined {
  const pool = running?.document.pools.find((each) => each.name === name);
  return pool && findServer(pool, server)?.server.weight;
}

function whenOf({ revision, at, by }: VerbEntry) {
  return { revision, since: at, by };
}

function countOf({ record: { connections } }: VerbEntry) {
  return connections === undefined ? {} : { connectionsBefore: connections };
}

function toRevision({ newest }: History, { revision, title, by, at, record }: VerbEntry): VerbRevision {
  const back = undoServerChanges(newest.document, record.changes);
  const isOpen = !('why' in back);
  return { revision, title, by, at, canUndo: isOpen, ...(!isOpen && { why: back.why }) };
}
