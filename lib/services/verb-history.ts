// What verbs of the live page did to a pair, from its revisions: which one runs, which are records of verbs, what weights were before.
import 'server-only';
import { topologyDocumentSchema, type TopologyDocument } from '@/lib/core/document';
import { findServer, weightBefore, type Memory } from '@/lib/core/server-verbs';
import { verbRecordSchema, type ServerChange, type ServerTarget, type VerbRecord } from '@/lib/core/views/verbs';
import { withEndpoints } from '@/lib/core/with-endpoints';
import type { Tx } from '@/lib/db/client';
import { Prisma } from '@/lib/db/generated/client';
import { findRevision } from './topology-rows';

export type VerbEntry = { revision: number; record: VerbRecord; by: string; at: string; title: string };
export type History = {
  topologyId: string;
  newest: { number: number; document: TopologyDocument; by: string; at: string };
  /** Of the last verified deploy; absent before the first one. */
  running?: { number: number; document: TopologyDocument; stored: TopologyDocument };
  /** Newest first. */
  entries: VerbEntry[];
};

const MOST_ENTRIES = 200;
/** Documents can be large, and somebody waits. */
const MOST_DOCUMENTS = 50;

/** Throws ServiceError('not-found'). */
export async function loadHistory(tx: Tx, topologyId: string): Promise<History> {
  const newest = await findRevision(tx, topologyId);
  const document = topologyDocumentSchema.parse(newest.document);
  const deploy = await tx.deploy.findFirst({ where: { topologyId, state: 'verified' }, orderBy: { number: 'desc' } });
  const row = deploy && (await findRevision(tx, topologyId, deploy.revision));
  const stored = row && topologyDocumentSchema.parse(row.document);
  return {
    topologyId,
    newest: { number: newest.number, document, by: newest.author, at: newest.createdAt.toISOString() },
    ...(row && stored && { running: { number: row.number, document: withEndpoints(stored, document), stored } }),
    entries: await loadEntries(tx, topologyId),
  };
}

async function loadEntries(tx: Tx, topologyId: string): Promise<VerbEntry[]> {
  const rows = await tx.topologyRevision.findMany({
    where: { topologyId, verb: { not: Prisma.DbNull } },
    orderBy: { number: 'desc' },
    take: MOST_ENTRIES,
    select: { number: true, verb: true, author: true, createdAt: true, message: true },
  });
  return rows.map(({ number, verb, author, createdAt, message }) => ({
    ...{ revision: number, by: author, at: createdAt.toISOString(), title: message },
    record: verbRecordSchema.parse(verb),
  }));
}

/** Of each real server the last thing that a verb did to it. */
export function lastChanges(entries: readonly VerbEntry[]): { change: ServerChange; entry: VerbEntry }[] {
  const last = new Map<string, { change: ServerChange; entry: VerbEntry }>();
  for (const entry of entries) {
    for (const change of entry.record.changes) {
      const named = change.after ?? change.before;
      const key = `${change.pool} ${named?.address ?? ''} ${named?.port ?? 0}`;
      if (!last.has(key)) last.set(key, { change, entry });
    }
  }
  return [...last.values()];
}

/** As much of the past as bringing this real server back needs. */
export async function loadMemory(
  tx: Tx,
  { topologyId, newest, entries }: History,
  server: ServerTarget,
): Promise<Memory> {
  const halted = lastChanges(entries).flatMap(({ change }) => (change.after ? [] : [change]));
  const documents = await walkBack(tx, topologyId, newest, (document) =>
    document.pools
      .filter(({ name }) => server.pool === undefined || name === server.pool)
      .every((pool) => (findServer(pool, server)?.server.weight ?? 0) > 0),
  );
  return { documents, halted };
}

/** Newest first, until one is enough. */
async function walkBack(
  tx: Tx,
  topologyId: string,
  newest: History['newest'],
  isEnough: (document: TopologyDocument) => boolean,
): Promise<TopologyDocument[]> {
  const documents = [newest.document];
  for (let number = newest.number - 1; number > 0 && documents.length < MOST_DOCUMENTS; number -= 1) {
    const last = documents.at(-1);
    if (last && isEnough(last)) break;
    documents.push(topologyDocumentSchema.parse((await findRevision(tx, topologyId, number)).document));
  }
  return documents;
}

export type Since = { weightBefore: number; revision: number; since: string; by: string };

/** Since when a real server has weight 0, when no verb did it. */
export async function findDrain(tx: Tx, history: History, pool: string, server: ServerTarget): Promise<Since> {
  const documents = await walkBack(tx, history.topologyId, history.newest, ({ pools }) => {
    const of = pools.find(({ name }) => name === pool);
    return !of || findServer(of, server)?.server.weight !== 0;
  });
  const weights = documents.map(({ pools }) => {
    const of = pools.find(({ name }) => name === pool);
    return of && findServer(of, server)?.server.weight;
  });
  const first = weights.findIndex((weight) => weight !== 0);
  const number = history.newest.number - (first === -1 ? weights.length : first) + 1;
  const row = await findRevision(tx, history.topologyId, number);
  return {
    weightBefore: weightBefore({ documents, halted: [] }, pool, server),
    ...{ revision: number, since: row.createdAt.toISOString(), by: row.author },
  };
}
