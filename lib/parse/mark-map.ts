// A map from addresses, or from addresses with protocol and port, to marks: what a set of ipset or a map of nftables holds.
import type { Family, PortInterval } from '../core/topology';

/** `icmp`: the ICMP errors that IPVS relates to a connection. `ports` absent = all of the protocol. */
export type PacketClass = { protocol: 'any' | 'icmp' | 'tcp' | 'udp' | 'sctp'; ports?: readonly PortInterval[] };

/** IPv4 in numbers and IPv6 in bigints: numbers are many times quicker, and only IPv4 fits. */
export type AddressValue = number | bigint;
/** Inclusive intervals, ascending and apart from each other, in columns: there may be a hundred thousand. */
export type AddressMap = {
  kind: 'address';
  name: string;
  family: Family;
  firsts: AddressValue[];
  lasts: AddressValue[];
  marks: number[];
};
/** Boxes that share no packet; `protocols` by their names in /etc/protocols. */
export type PortMap = {
  kind: 'address-port';
  name: string;
  family: Family;
  firsts: AddressValue[];
  lasts: AddressValue[];
  protocols: ('tcp' | 'udp' | 'sctp')[];
  firstPorts: number[];
  lastPorts: number[];
  marks: number[];
};
export type MarkMap = AddressMap | PortMap;

/** Nothing in it yet; to be filled in ascending order. */
export function emptyMarkMap(kind: MarkMap['kind'], name: string, family: Family): MarkMap {
  const addresses = { name, family, firsts: [], lasts: [], marks: [] };
  return kind === 'address'
    ? { kind, ...addresses }
    : { kind, ...addresses, protocols: [], firstPorts: [], lastPorts: [] };
}

const PROTOCOLS = ['tcp', 'udp', 'sctp'];

/** Entries by address, protocol and port, as they are made; the kernel lists some maps in an order of its own. */
export function sortedMap(map: MarkMap): MarkMap {
  const order = [...map.firsts.keys()].sort((a, b) => {
    const [x, y] = [map.firsts[a] ?? 0, map.firsts[b] ?? 0];
    if (x !== y || map.kind === 'address') return x < y ? -1 : x > y ? 1 : 0;
    const protocols = PROTOCOLS.indexOf(map.protocols[a] ?? '') - PROTOCOLS.indexOf(map.protocols[b] ?? '');
    return protocols || (map.firstPorts[a] ?? 0) - (map.firstPorts[b] ?? 0);
  });
  const by = <T>(values: readonly T[]): T[] => order.flatMap((at) => values[at] ?? []);
  const addresses = { firsts: by(map.firsts), lasts: by(map.lasts), marks: by(map.marks) };
  if (map.kind === 'address') return { ...map, ...addresses };
  const { protocols, firstPorts, lastPorts } = map;
  return { ...map, ...addresses, protocols: by(protocols), firstPorts: by(firstPorts), lastPorts: by(lastPorts) };
}

export function before(value: AddressValue): AddressValue {
  return typeof value === 'number' ? value - 1 : value - 1n;
}

export function haveSameEntries(a: MarkMap, b: MarkMap): boolean {
  if (a.kind !== b.kind || a.family !== b.family) return false;
  if (!isSame(a.firsts, b.firsts) || !isSame(a.lasts, b.lasts) || !isSame(a.marks, b.marks)) return false;
  if (a.kind === 'address' || b.kind === 'address') return true;
  return isSame(a.protocols, b.protocols) && isSame(a.firstPorts, b.firstPorts) && isSame(a.lastPorts, b.lastPorts);
}

function isSame<T>(some: readonly T[], others: readonly T[]): boolean {
  return some.length === others.length && some.every((value, at) => value === others[at]);
}
