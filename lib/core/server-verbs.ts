// What a verb makes of a document: a real server drained, out of its pool, back, or with another weight; and the way back.
import { parseAddress } from './address';
import type { PoolDocument, TopologyDocument } from './document';
import type { ServerChange, ServerTarget, ServerVerb } from './views/verbs';

export type Changed = { document: TopologyDocument; changes: ServerChange[] } | { why: string };
export type Memory = {
  /** Documents of earlier revisions, newest first: what weight a real server had. */
  documents: readonly TopologyDocument[];
  /** Real servers that verbs took out of their pools. */
  halted: readonly ServerChange[];
};
type RealServer = PoolDocument['realServers'][number];

const NO_MEMORY: Memory = { documents: [], halted: [] };

export function applyServerVerb(document: TopologyDocument, verb: ServerVerb, memory = NO_MEMORY): Changed {
  const { server } = verb;
  const pools = document.pools.filter(({ name }) => server.pool === undefined || name === server.pool);
  if (pools.length === 0) return { why: `There is no pool ${server.pool ?? ''} in this revision.` };
  const changes = pools.flatMap((pool) => changeOf(pool, verb, memory) ?? []);
  if (changes.length === 0) return { why: nothingToDo(document, pools, verb) };
  return { document: withChanges(document, changes), changes };
}

/** Exact or not at all: what somebody changed since is never overwritten. */
export function undoServerChanges(document: TopologyDocument, changes: readonly ServerChange[]): Changed {
  for (const { pool: name, before, after } of changes) {
    const pool = document.pools.find((each) => each.name === name);
    if (!pool) return { why: `Pool ${name} is not there any more.` };
    const named = after ?? before;
    const now = named && findServer(pool, named)?.server;
    if (JSON.stringify(now) !== JSON.stringify(after))
      return { why: `Real server ${named?.address ?? ''} of pool ${name} was changed again since.` };
  }
  const back = changes.map(({ pool, index, before, after }): ServerChange => ({
    ...{ pool, index },
    ...(after && { before: after }),
    ...(before && { after: before }),
  }));
  return { document: withChanges(document, back), changes: back };
}

/** Above 0, from the newest revision that had one. */
export function weightBefore({ documents }: Memory, pool: string, server: Omit<ServerTarget, 'pool'>): number {
  for (const { pools } of documents) {
    const of = pools.find(({ name }) => name === pool);
    const weight = (of && findServer(of, server)?.server.weight) ?? 0;
    if (weight > 0) return weight;
  }
  return 1;
}

export function findServer(
  { realServers }: PoolDocument,
  { address, port }: Omit<ServerTarget, 'pool'>,
): { server: RealServer; index: number } | undefined {
  const wanted = textOf(address);
  const index = realServers.findIndex((each) => textOf(each.address) === wanted && (each.port ?? 0) === (port ?? 0));
  const server = realServers[index];
  return server && { server, index };
}

function changeOf(pool: PoolDocument, verb: ServerVerb, memory: Memory): ServerChange | undefined {
  const found = findServer(pool, verb.server);
  if (!found) return verb.kind === 'online' ? fromMemory(pool, verb.server, memory) : undefined;
  const { server: before, index } = found;
  const base = { pool: pool.name, index, before };
  if (verb.kind === 'halt') return base;
  const weight = weightOf(verb, pool, before, memory);
  return weight === before.weight ? undefined : { ...base, after: { ...before, weight } };
}

function weightOf(verb: ServerVerb, { name }: PoolDocument, { weight }: RealServer, memory: Memory): number {
  if (verb.kind === 'drain') return 0;
  if (verb.kind === 'weight') return verb.weight;
  return weight > 0 ? weight : weightBefore(memory, name, verb.server);
}

/** As it was when a verb took it out; a real server that somebody removed in the editor stays removed. */
function fromMemory({ name }: PoolDocument, server: ServerTarget, memory: Memory): ServerChange | undefined {
  const halt = memory.halted.find(
    ({ pool, before }) =>
      pool === name &&
      textOf(before?.address ?? '') === textOf(server.address) &&
      (before?.port ?? 0) === (server.port ?? 0),
  );
  if (!halt?.before) return undefined;
  const weight = halt.before.weight > 0 ? halt.before.weight : weightBefore(memory, name, server);
  return { pool: name, index: halt.index, after: { ...halt.before, weight } };
}

function withChanges(document: TopologyDocument, changes: readonly ServerChange[]): TopologyDocument {
  const pools = document.pools.map((pool) =>
    changes.filter(({ pool: name }) => name === pool.name).reduce(withChange, pool),
  );
  return { ...document, pools };
}

function withChange(pool: PoolDocument, { index, before, after }: ServerChange): PoolDocument {
  const at = before && findServer(pool, before)?.index;
  const rest = pool.realServers.filter((_each, place) => place !== at);
  const realServers = after ? rest.toSpliced(at ?? Math.min(index, rest.length), 0, after) : rest;
  return { ...pool, realServers };
}

function nothingToDo(document: TopologyDocument, pools: readonly PoolDocument[], { kind, server }: ServerVerb): string {
  const where = server.pool === undefined ? `topology ${document.name}` : `pool ${server.pool}`;
  const isThere = pools.some((pool) => findServer(pool, server));
  if (!isThere && kind === 'online') return `No verb took ${server.address} out of ${where}: add it in the editor.`;
  if (!isThere) return `${where} has no real server ${server.address}.`;
  if (kind === 'drain') return `Real server ${server.address} has weight 0 in ${where} already.`;
  if (kind === 'online') return `Real server ${server.address} is in ${where}, with a weight above 0.`;
  return `Real server ${server.address} of ${where} has this weight already.`;
}

/** Spelled in one way, as an IPv6 address has many. */
function textOf(address: string): string {
  const parsed = parseAddress(address);
  return parsed.ok ? parsed.value.text : address;
}
