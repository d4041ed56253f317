// Exact algebra over the packets that IPVS can balance: protocol x destination addresses x destination ports.
//
// A rule without a protocol marks every packet, but IPVS schedules tcp, udp and sctp only, so these three are its packets here.
import { addressAt, intersectIntervals, printEndpoint } from './address';
import { portIntervals } from './ports';
import type { AddressInterval, Match, PortInterval } from './topology';

export const BALANCED_PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
export type BalancedProtocol = (typeof BALANCED_PROTOCOLS)[number];
export type PacketBox = { protocol: BalancedProtocol; addresses: AddressInterval; ports: PortInterval };

export function boxesOf({ range, protocol, ports }: Match): PacketBox[] {
  const protocols = protocol === 'any' ? BALANCED_PROTOCOLS : [protocol];
  return protocols.flatMap((each) =>
    portIntervals(ports).map((interval) => ({ protocol: each, addresses: range.interval, ports: interval })),
  );
}

export function intersectBoxes(a: PacketBox, b: PacketBox): PacketBox | undefined {
  if (a.protocol !== b.protocol) return undefined;
  const first = Math.max(a.ports.first, b.ports.first);
  const last = Math.min(a.ports.last, b.ports.last);
  if (first > last) return undefined;
  const addresses = intersectIntervals(a.addresses, b.addresses);
  return addresses && { protocol: a.protocol, addresses, ports: { first, last } };
}

/** First box that is in both lists, in the order of the lists. */
export function sharedBox(some: readonly PacketBox[], others: readonly PacketBox[]): PacketBox | undefined {
  for (const box of some) {
    for (const other of others) {
      const shared = intersectBoxes(box, other);
      if (shared) return shared;
    }
  }
  return undefined;
}

/** What of `boxes` is in none of `holes`. */
export function subtractBoxes(boxes: readonly PacketBox[], holes: readonly PacketBox[]): PacketBox[] {
  return holes.reduce<PacketBox[]>((rest, hole) => rest.flatMap((box) => subtractBox(box, hole)), [...boxes]);
}

/** At most four pieces: below and above in addresses, then below and above in ports. */
function subtractBox(box: PacketBox, hole: PacketBox): PacketBox[] {
  const shared = intersectBoxes(box, hole);
  if (!shared) return [box];
  const { family, first, last } = box.addresses;
  const pieces: PacketBox[] = [];
  const withAddresses = (from: bigint, to: bigint) =>
    from <= to && pieces.push({ ...box, addresses: { family, first: from, last: to } });
  const withPorts = (from: number, to: number) =>
    from <= to && pieces.push({ ...shared, ports: { first: from, last: to } });
  withAddresses(first, shared.addresses.first - 1n);
  withAddresses(shared.addresses.last + 1n, last);
  withPorts(box.ports.first, shared.ports.first - 1);
  withPorts(shared.ports.last + 1, box.ports.last);
  return pieces;
}

/** A packet that is truly in the box, port 80 when it can be: `tcp 192.168.0.0:80`. */
export function printWitness({ protocol, addresses, ports }: PacketBox): string {
  const port = ports.first <= 80 && 80 <= ports.last ? 80 : ports.first;
  return `${protocol} ${printEndpoint(addressAt(addresses.family, addresses.first), port)}`;
}
