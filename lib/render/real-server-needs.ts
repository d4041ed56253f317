// What each real server needs, over all pools that it is in: a router, ranges that it takes as its own, ends of tunnels.
import { addressOfFamily, isSameAddress } from '../core/address';
import type { Address, AddressInterval, Family, InterfaceAddress, Topology } from '../core/topology';
import { mergedPrefixes } from './merged-prefixes';
import { rememberFor } from './remember-for';
import { familyOfGroup } from './role-intent';

export type TunnelDevice = 'tunl0' | 'sit0' | 'ip6tnl0';
export type RealServerNeeds = {
  address: Address;
  /** masq: where answers must go. */
  router?: InterfaceAddress;
  /** gate and ipip: prefixes by family, each without a double. */
  prefixes: { family: Family; prefix: string }[];
  tunnels: TunnelDevice[];
};

export function realServerNeedsOf(topology: Topology): RealServerNeeds[] {
  return rememberFor(topology, 'real servers', () => allNeedsOf(topology));
}

function allNeedsOf(topology: Topology): RealServerNeeds[] {
  const all = topology.pools.flatMap(({ realServers }) => realServers.map(({ address }) => address));
  const hosts = [...new Map(all.map((address) => [address.text, address])).values()];
  return hosts.filter((address) => !isDirector(topology, address)).map((address) => needsOf(topology, address));
}

/** Streamlined: a director takes what its peer hands to it by its own rules. */
function isDirector({ directors }: Topology, address: Address): boolean {
  return directors.some((director) =>
    [director.external, director.internal].some((side) => {
      const own = addressOfFamily(side, address.family);
      return own !== undefined && isSameAddress(own.address, address);
    }),
  );
}

function needsOf(topology: Topology, address: Address): RealServerNeeds {
  const pools = topology.pools.filter(({ realServers }) =>
    realServers.some((server) => isSameAddress(server.address, address)),
  );
  const groups = topology.groups.filter(({ pool }) => pool.forwarding !== 'masq' && pools.includes(pool));
  const { internal, internal6 } = topology.virtualAddresses;
  const router = [internal, internal6].find((each) => each?.address.family === address.family);
  const tunnels = groups
    .filter(({ pool }) => pool.forwarding === 'ipip')
    .map((group) => tunnelOf(familyOfGroup(group), address.family));
  return {
    address,
    ...(router && pools.some(({ forwarding }) => forwarding === 'masq') && { router }),
    // Ranges may be a hundred thousand, and real servers of the same groups need the same.
    prefixes: rememberFor(topology, `prefixes ${groups.map(({ name }) => name).join(' ')}`, () =>
      prefixesOf(groups.flatMap(({ matches }) => matches.map(({ range }) => range.interval))),
    ),
    tunnels: [...new Set(tunnels)].toSorted(),
  };
}

/** The device that opens packets of one family inside those of the other; IPv4 inside IPv6 was refused. */
function tunnelOf(inside: Family, outside: Family): TunnelDevice {
  if (outside === 6) return 'ip6tnl0';
  return inside === 6 ? 'sit0' : 'tunl0';
}

function prefixesOf(intervals: readonly AddressInterval[]): RealServerNeeds['prefixes'] {
  return ([4, 6] as const).flatMap((family) => {
    const own = intervals.filter((interval) => interval.family === family);
    return own.length === 0 ? [] : mergedPrefixes(own, family).map((prefix) => ({ family, prefix }));
  });
}
