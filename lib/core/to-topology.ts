// Assembles the Topology from a complete Resolution; undefined when a part is missing.
import type { DirectorDocument, GroupDocument, PoolDocument, TopologyDocument } from './document';
import type { Resolution, ResolvedDirector } from './resolution';
import type { Address, Director, FwMarkGroup, Match, Pool, Topology } from './topology';

export function toTopology(resolution: Resolution): Topology | undefined {
  const { document } = resolution;
  const { external, internal, external6, internal6 } = resolution.virtualAddresses;
  const directors = complete(document.directors.map((director, at) => toDirector(director, resolution.directors[at])));
  const pools = complete(
    document.pools.map((pool, at) => toPool(pool, resolution.realServers[at], resolution.fallbacks[at])),
  );
  const gateways = complete(resolution.gateways);
  const ranges = complete(resolution.ranges);
  const poolByName = new Map((pools ?? []).map((pool) => [pool.name, pool] as const).reverse());
  const groups = complete(document.groups.map((group, at) => toGroup(group, resolution.matches[at], poolByName)));
  if (!external || !internal || !directors || !pools || !gateways || !ranges || !groups) return undefined;
  const { name, stack, firewall, rulesHome, ftp, logForwarded } = document;
  const virtualAddresses = { external, internal, ...(external6 && { external6 }), ...(internal6 && { internal6 }) };
  return {
    name,
    stack,
    firewall,
    rulesHome,
    ftp,
    logForwarded,
    directors,
    virtualAddresses,
    vrrp: vrrpOf(document),
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
    external: {
      ...resolved.external,
      interface: document.external.interface,
      ...(resolved.external6 && { ipv6: resolved.external6 }),
    },
    internal: {
      ...resolved.internal,
      interface: document.internal.interface,
      ...(resolved.internal6 && { ipv6: resolved.internal6 }),
    },
    ...(document.management && { management: { ...document.management } }),
  };
}

function toPool(
  document: PoolDocument,
  resolved: readonly (Address | undefined)[] | undefined,
  fallback: Address | undefined,
): Pool | undefined {
  const realServers = complete(
    document.realServers.map((server, at) => {
      const address = resolved?.[at];
      return address && { ...server, address };
    }),
  );
  const { name, forwarding, healthCheck, quiescent = false } = document;
  if (!realServers || (document.fallback && !fallback)) return undefined;
  return {
    name,
    forwarding,
    realServers,
    healthCheck,
    quiescent,
    ...(document.fallback && fallback && { fallback: { ...document.fallback, address: fallback } }),
  };
}

/**
 * Two topologies on one segment need two identifiers: 1 to 254 from the name (FNV-1a), the internal one next to it.
 * 255 is left free, so that the next one always exists.
 */
export function vrrpOf({ name, vrrp }: TopologyDocument): Topology['vrrp'] {
  const hash = [...name].reduce((sum, letter) => Math.imul(sum ^ (letter.codePointAt(0) ?? 0), 0x01000193), 0x811c9dc5);
  const derived = 1 + ((hash >>> 0) % 254);
  const { externalRouterId = derived } = vrrp ?? {};
  const { internalRouterId = externalRouterId === derived + 1 ? derived : derived + 1 } = vrrp ?? {};
  return {
    externalRouterId: vrrp?.externalRouterId ?? (internalRouterId === derived ? derived + 1 : externalRouterId),
    internalRouterId,
    advertSeconds: vrrp?.advertSeconds ?? 1,
  };
}

function toGroup(
  document: GroupDocument,
  resolved: readonly (Match | undefined)[] | undefined,
  pools: ReadonlyMap<string, Pool>,
): FwMarkGroup | undefined {
  const matches = complete(resolved ?? []);
  const pool = pools.get(document.pool);
  if (!matches || !pool) return undefined;
  const { name, mark, scheduler, schedulerFlags = [], onePacket = false, overrides = [] } = document;
  return {
    name,
    mark,
    matches,
    scheduler,
    schedulerFlags,
    onePacket,
    ...persistenceOf(document, matches),
    pool,
    overrides,
  };
}

/** The document's default netmask means one client address; for IPv6 that is a prefix length of 128. */
function persistenceOf({ persistence }: GroupDocument, matches: readonly Match[]): Pick<FwMarkGroup, 'persistence'> {
  if (!persistence) return {};
  const isIpv6 = matches[0]?.range.interval.family === 6;
  const netmask = isIpv6 && persistence.netmask === '255.255.255.255' ? '128' : persistence.netmask;
  return { persistence: { timeoutSeconds: persistence.timeoutSeconds, netmask } };
}
