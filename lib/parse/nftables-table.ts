// The owned nftables table as a value: what is printed, what our own text says, and what `nft -j` reads back are all this.
import type { AddressInterval, Family } from '../core/topology';
import { haveSameEntries, type MarkMap, type PacketClass } from './mark-map';

export type NftAction =
  | { do: 'mark'; mark: number }
  /** The packet's address, or its address, protocol and port, is looked up in the map of this name. */
  | { do: 'look-up'; map: string; by: MarkMap['kind'] }
  | { do: 'masquerade' }
  | { do: 'log'; prefix: string; perSecond: number; burst: number };
/** `family` is set when addresses or ICMP types are asked. Absent conditions are not asked. */
export type NftRule = {
  family?: Family;
  in?: string;
  out?: string;
  source?: AddressInterval[];
  destination?: AddressInterval;
  notDestination?: AddressInterval;
  packets: PacketClass;
  action: NftAction;
  comment?: string;
};
export type NftChain = { name: 'prerouting' | 'postrouting'; rules: NftRule[] };
export type NftTable = { maps: MarkMap[]; chains: NftChain[] };

/** How a chain hangs in the kernel: as `nft` writes it, and as `nft -j` says it. */
export const NFT_HOOKS: Record<NftChain['name'], { text: string; type: string; priority: number }> = {
  prerouting: { text: 'type filter hook prerouting priority mangle; policy accept;', type: 'filter', priority: -150 },
  postrouting: { text: 'type nat hook postrouting priority srcnat; policy accept;', type: 'nat', priority: 100 },
};
/** Names of the ICMP errors in the order of their numbers. */
export const NFT_ICMP_ERRORS: Record<Family, readonly string[]> = {
  4: ['destination-unreachable', 'time-exceeded', 'parameter-problem'],
  6: ['destination-unreachable', 'packet-too-big', 'time-exceeded', 'parameter-problem'],
};

/** Maps by name, whatever their order; rules in their order. */
export function isSameNftTable(a: NftTable, b: NftTable): boolean {
  const others = new Map(b.maps.map((map) => [map.name, map]));
  return (
    a.maps.length === others.size &&
    a.maps.every((map) => {
      const other = others.get(map.name);
      return other !== undefined && haveSameEntries(map, other);
    }) &&
    text(a.chains) === text(b.chains)
  );
}

/** Keys in one order, so that only values decide. */
function text(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return part.toString();
    if (part === null || typeof part !== 'object' || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  });
}
