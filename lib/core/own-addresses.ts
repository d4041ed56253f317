// What a director does with addresses by itself: which are its own, and which ranges are plain addresses on its network.
import { addressOfFamily, containsInterval, intersectIntervals, isSameAddress } from './address';
import type { Address, AddressInterval, Director, Pool, Topology } from './topology';

/** A plain range needs an address each on the active director; more than these make neither sense nor a quick takeover. */
export const MAX_PLAIN_ADDRESSES = 32n;

type Networks = {
  directors: readonly { external: { network: AddressInterval; ipv6?: { network: AddressInterval } | undefined } }[];
};

/** In the external network of the directors: no router sends it, so the active director owns each of its addresses. */
export function isPlainRange({ directors }: Networks, interval: AddressInterval): boolean {
  for (const { external } of directors) {
    if (containsInterval(external.network, interval)) return true;
    if (external.ipv6 && containsInterval(external.ipv6.network, interval)) return true;
  }
  return false;
}

export function doesTouch(
  networks: readonly AddressInterval[],
  interval: AddressInterval,
): AddressInterval | undefined {
  return networks.find((network) => intersectIntervals(network, interval));
}

/** Of the directors and of the pair, without those of plain ranges. */
export function ownAddresses({ directors, virtualAddresses }: Topology): Address[] {
  const { external, internal, external6, internal6 } = virtualAddresses;
  return [
    ...[external, internal, external6, internal6].flatMap((on) => (on ? [on.address] : [])),
    ...directors.flatMap((director) =>
      [director.external, director.internal].flatMap(({ address, ipv6 }) => [address, ...(ipv6 ? [ipv6.address] : [])]),
    ),
  ];
}

export function isDirectorAddress({ external, internal }: Director, address: Address): boolean {
  return [external, internal].some(
    (on) => isSameAddress(on.address, address) || (on.ipv6 !== undefined && isSameAddress(on.ipv6.address, address)),
  );
}

/** A director is a real server of the pool. Under ipip packets come in by the tunnel, under masq they are for the director itself. */
export function isStreamlined({ directors }: Topology, { forwarding, realServers }: Pool): boolean {
  return (
    forwarding === 'gate' &&
    realServers.some(({ address }) =>
      directors.some(({ internal }) => {
        const own = addressOfFamily(internal, address.family);
        return own !== undefined && isSameAddress(own.address, address);
      }),
    )
  );
}
