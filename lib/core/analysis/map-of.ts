// The address x port map of a family and protocol: disjoint rectangles, each with the one group that gets its packets.
import { arrivalsOf, type Arrival } from '../arrivals';
import { claimsOfTopology, type Claim, type Claims } from '../claims';
import { covers, subtractBoxes } from '../packet-boxes';
import {
  addressesOf,
  BALANCED_PROTOCOLS,
  portsOf,
  sourceOf,
  type BalancedProtocol,
  type PacketBox,
} from '../packet-set';
import type { AddressInterval, Family, PortInterval, Topology } from '../topology';

export type MapRectangle = {
  addresses: AddressInterval;
  ports: PortInterval;
  /** Present where the group gets packets from here only; rectangles that differ in this alone lie on each other. */
  source?: AddressInterval;
  group: string;
  groupIndex: number;
  mark: number;
};

/** What arrives at `arrival`: absent = the external interface (of the first director, where they differ). */
export function mapOf(
  topology: Topology,
  family: Family,
  protocol: BalancedProtocol,
  arrival: Arrival | undefined = arrivalsOf(topology.directors)[0],
): MapRectangle[] {
  const claims = claimsOfTopology(topology);
  const at = claims.space.arrivals.findIndex(
    (other) => other.interface === arrival?.interface && other.director === arrival.director,
  );
  const bit = 1 << BALANCED_PROTOCOLS.indexOf(protocol);
  return claims.all
    .filter(({ set }) => set.addresses.family === family && (set.protocols & bit) !== 0)
    .flatMap((claim) => {
      const own = claim.boxes.filter((box) => box.arrival === at).map((box) => ({ ...box, protocols: bit }));
      return own.flatMap((box) => wonBoxes(claims, claim, box)).map((box) => toRectangle(claims, claim, box));
    });
}

/** MARK does not end the walk: what any later claim takes is not this one's. */
function wonBoxes(claims: Claims, claim: Claim, box: PacketBox): PacketBox[] {
  if (claims.someMeeting(box, (other, hole) => other.order > claim.order && covers(hole, box))) return [];
  const holes: PacketBox[] = [];
  claims.forEachMeeting(box, (other, hole) => {
    if (other.order > claim.order) holes.push(hole);
  });
  return subtractBoxes(box, holes);
}

function toRectangle({ space }: Claims, { name, group, mark }: Claim, box: PacketBox): MapRectangle {
  const source = sourceOf(space, box);
  return {
    addresses: addressesOf(space, box),
    ports: portsOf(box),
    ...(source && { source }),
    group: name,
    groupIndex: group,
    mark,
  };
}
