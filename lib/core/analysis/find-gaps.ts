// Parts of a range that nobody marks: the router sends them, and IPVS never sees them.
import { containsInterval, intervalOf } from '../address';
import { arrivalsOf } from '../arrivals';
import { claimsOfTopology, type Claims } from '../claims';
import { covers, subtractBoxes } from '../packet-boxes';
import {
  addressesOf,
  EVERY_PROTOCOL,
  portsOf,
  protocolsOf,
  sourceOf,
  toBoxes,
  witnessOf,
  type BalancedProtocol,
  type PacketBox,
} from '../packet-set';
import { ALL_PORTS } from '../ports';
import { isPlainRange, ownAddresses } from '../own-addresses';
import type { AddressInterval, Packet, PortInterval, Topology, VirtualRange } from '../topology';

export type Gap = {
  range: string;
  rangeIndex: number;
  protocols: BalancedProtocol[];
  addresses: AddressInterval;
  ports: PortInterval;
  /** Absent = from anywhere. */
  source?: AddressInterval;
  /** `unreachable`: the range's route answers so. `director`: the address is the director's own, its own sockets answer. */
  fate: 'unreachable' | 'director';
  packet: Packet;
};
export type Gaps = { gaps: Gap[]; isComplete: boolean };

/** What arrives on the external interface; disjoint within a range. `limit` keeps a picture of a bad topology small. */
export function findGaps(topology: Topology, { limit = 10_000 } = {}): Gaps {
  const claims = claimsOfTopology(topology);
  const gaps: Gap[] = [];
  for (const [rangeIndex, range] of topology.ranges.entries()) {
    for (const box of unmarkedBoxes(claims, topology, range)) {
      if (gaps.length >= limit) return { gaps, isComplete: false };
      gaps.push(toGap(claims, { range, rangeIndex }, box));
    }
  }
  return { gaps, isComplete: true };
}

/** An address of the director within a routed range is local all the same, so it is asked apart from the rest. */
function unmarkedBoxes(claims: Claims, topology: Topology, { interval }: VirtualRange) {
  const own = ownAddresses(topology)
    .map(intervalOf)
    .filter((address) => containsInterval(interval, address));
  if (isPlainRange(topology, interval)) return unmarkedIn(claims, topology, interval, 'director');
  const ownBoxes = own.flatMap((address) => boxesAt(claims, topology, address));
  return [
    ...unmarkedIn(claims, topology, interval, 'unreachable').flatMap(({ box, fate }) =>
      subtractBoxes(box, ownBoxes).map((piece) => ({ box: piece, fate })),
    ),
    ...own.flatMap((address) => unmarkedIn(claims, topology, address, 'director')),
  ];
}

function unmarkedIn(claims: Claims, topology: Topology, addresses: AddressInterval, fate: Gap['fate']) {
  return boxesAt(claims, topology, addresses).flatMap((whole) =>
    unmarkedOf(claims, whole).map((box) => ({ box, fate })),
  );
}

function boxesAt({ space }: Claims, { directors }: Topology, addresses: AddressInterval): PacketBox[] {
  const arrivals = arrivalsOf(directors);
  return toBoxes(space, { arrivals, protocols: EVERY_PROTOCOL, addresses, ports: [ALL_PORTS] });
}

/** At most about `limit` pieces when one is enough. */
export function unmarkedOf(claims: Claims, box: PacketBox, limit = Infinity): PacketBox[] {
  if (claims.someMeeting(box, (_, hole) => covers(hole, box))) return [];
  const holes: PacketBox[] = [];
  claims.forEachMeeting(box, (_, hole) => holes.push(hole));
  return subtractBoxes(box, holes, limit);
}

function toGap(
  { space }: Claims,
  { range, rangeIndex }: { range: VirtualRange; rangeIndex: number },
  { box, fate }: { box: PacketBox; fate: Gap['fate'] },
): Gap {
  const source = sourceOf(space, box);
  return {
    range: range.name,
    rangeIndex,
    protocols: protocolsOf(box),
    addresses: addressesOf(space, box),
    ports: portsOf(box),
    ...(source && { source }),
    fate,
    packet: witnessOf(space, box),
  };
}
