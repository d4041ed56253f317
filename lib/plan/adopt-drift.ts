// A hand-made change of the IPVS table as a change of the topology document, or why it cannot be one.
import { parseAddress } from '../core/address';
import { schedulerSchema, type GroupDocument, type PoolDocument, type TopologyDocument } from '../core/document';
import { resolveTopology } from '../core/resolve';
import type { Adoption } from '../core/views/drift';
import { ipvsServiceOf } from '../render/role-intent';

/** `also`: groups that share the pool, and so get the change too. */
export type Adopted = { document: TopologyDocument; also: string[] } | { why: string };

export function adoptDrift(document: TopologyDocument, adoption: Adoption): Adopted {
  const { topology } = resolveTopology(document);
  if (!topology) return { why: 'The newest revision has addresses or names that do not resolve: solve them first.' };
  const index = topology.groups.findIndex((group) => ipvsServiceOf(group).key === adoption.service);
  const group = document.groups[index];
  const pool = document.pools.find(({ name }) => name === group?.pool);
  if (!group || !pool) return { why: `The newest revision has no group for service ${adoption.service}.` };
  if (adoption.kind === 'service') return { document: replaceGroup(document, withService(group, adoption)), also: [] };
  const changed = withServer(pool, adoption);
  if ('why' in changed) return changed;
  const sharing = document.groups.filter((other) => other.pool === pool.name && other.name !== group.name);
  const pools = document.pools.map((each) => (each === pool ? changed : each));
  return { document: { ...document, pools }, also: sharing.map(({ name }) => name) };
}

type OfService = Extract<Adoption, { kind: 'service' }>;
type OfServer = Exclude<Adoption, OfService>;

function withService(group: GroupDocument, { scheduler, persistenceSeconds, persistenceNetmask }: OfService) {
  const { persistence: before, ...rest } = group;
  const known = schedulerSchema.parse(scheduler);
  if (persistenceSeconds === undefined) return { ...rest, scheduler: known };
  // ipvsadm does not print the mask of one client; a document always has one.
  const netmask = persistenceNetmask ?? before?.netmask ?? '255.255.255.255';
  return { ...rest, scheduler: known, persistence: { timeoutSeconds: persistenceSeconds, netmask } };
}

function replaceGroup(document: TopologyDocument, group: GroupDocument): TopologyDocument {
  return { ...document, groups: document.groups.map((each) => (each.name === group.name ? group : each)) };
}

function withServer(pool: PoolDocument, adoption: OfServer): PoolDocument | { why: string } {
  const { address, port } = adoption;
  const index = pool.realServers.findIndex((each) => textOf(each.address) === address && (each.port ?? 0) === port);
  if (adoption.kind === 'add-server') return withNewServer(pool, adoption, index !== -1);
  if (index === -1) return { why: `Pool ${pool.name} of the newest revision has no real server ${address}.` };
  if (adoption.kind === 'remove-server')
    return { ...pool, realServers: pool.realServers.filter((_each, at) => at !== index) };
  const { weight } = adoption;
  return { ...pool, realServers: pool.realServers.map((each, at) => (at === index ? { ...each, weight } : each)) };
}

type Added = Extract<OfServer, { kind: 'add-server' }>;

function withNewServer(pool: PoolDocument, added: Added, isThere: boolean): PoolDocument | { why: string } {
  const { address, port, weight, forwarding } = added;
  if (isThere) return { why: `Pool ${pool.name} of the newest revision has the real server ${address} already.` };
  if (forwarding !== pool.forwarding)
    return { why: `Pool ${pool.name} forwards by ${pool.forwarding}, and ${address} was added with ${forwarding}.` };
  const server = { address, weight, ...(port !== 0 && { port }) };
  return { ...pool, realServers: [...pool.realServers, server] };
}

function textOf(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed.ok ? parsed.value.text : undefined;
}
