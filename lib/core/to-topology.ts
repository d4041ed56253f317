// Assembles the Topology from a complete Resolution; undefined when a part is missing.
import type { DirectorDocument, GroupDocument, PoolDocument } from './document';
import type { Resolution, ResolvedDirector } from './resolution';
import type { Address, Director, FwMarkGroup, Match, Pool, Topology } from './topology';

export function toTopology(resolution: Resolution): Topology | undefined {
  const { document } = resolution;
  const { external, internal } = resolution.virtualAddresses;
  const directors = complete(document.directors.map((director, at) => toDirector(director, resolution.directors[at])));
  const pools = complete(document.pools.map((pool, at) => toPool(pool, resolution.realServers[at])));
  const gateways = complete(resolution.gateways);
  const ranges = complete(resolution.ranges);
  const groups = complete(document.groups.map((group, at) => toGroup(group, resolution.matches[at], pools ?? [])));
  if (!external || !internal || !directors || !pools || !gateways || !ranges || !groups) return undefined;
  const { name, stack, firewall, rulesHome, ftp, logForwarded } = document;
  const virtualAddresses = { external, internal };
  return {
    name,
    stack,
    firewall,
    rulesHome,
    ftp,
    logForwarded,
    directors,
    virtualAddresses,
    gateways,
    ranges,
    pools,
    groups,
  };
}

function complete<T>(values: readonly (T | undefined)[]): T[] | undefined {
  const present = values.filter((value): value is T => value !== undefined);
  return present.length === values.length ? present : undefined;
}

function toDirector(document: DirectorDocument, resolved: ResolvedDirector | undefined): Director | undefined {
  if (!resolved?.external || !resolved.internal) return undefined;
  return {
    name: document.name,
    external: { ...resolved.external, interface: document.external.interface },
    internal: { ...resolved.internal, interface: document.internal.interface },
    ...(document.management && { management: { ...document.management } }),
  };
}

function toPool(document: PoolDocument, resolved: readonly (Address | undefined)[] | undefined): Pool | undefined {
  const realServers = complete(
    document.realServers.map(({ weight, port }, at) => {
      const address = resolved?.[at];
      return address && { address, weight, ...(port !== undefined && { port }) };
    }),
  );
  const { name, forwarding, healthCheck } = document;
  return realServers && { name, forwarding, realServers, healthCheck };
}

function toGroup(
  document: GroupDocument,
  resolved: readonly (Match | undefined)[] | undefined,
  pools: readonly Pool[],
): FwMarkGroup | undefined {
  const matches = complete(resolved ?? []);
  const pool = pools.find(({ name }) => name === document.pool);
  if (!matches || !pool) return undefined;
  const { name, mark, scheduler, overrides = [] } = document;
  return { name, mark, matches, scheduler, ...persistenceOf(document, matches), pool, overrides };
}

/** The document's default netmask means one client address; for IPv6 that is a prefix length of 128. */
function persistenceOf({ persistence }: GroupDocument, matches: readonly Match[]): Pick<FwMarkGroup, 'persistence'> {
  if (!persistence) return {};
  const isIpv6 = matches[0]?.range.interval.family === 6;
  const netmask = isIpv6 && persistence.netmask === '255.255.255.255' ? '128' : persistence.netmask;
  return { persistence: { timeoutSeconds: persistence.timeoutSeconds, netmask } };
}
