// Packets that change their group: with examples from the packet algebra, and counted where the whole connection table was read.
import { movedPackets, type MovedPackets, type Owner } from '../core/analysis/moved-packets';
import { containsInterval, intervalOf, parseAddress } from '../core/address';
import { arrivalsOf } from '../core/arrivals';
import { claimsOfTopology, winnerOf, type Claim } from '../core/claims';
import { isPlainRange } from '../core/own-addresses';
import type { IpvsRealServer } from '../core/kernel-state';
import { printPacket } from '../core/packet-set';
import type { Address, Packet, Topology } from '../core/topology';
import type { Connection } from '../core/views/connections';
import type { Count } from '../core/views/forecast';
import { markKey, parseEndpoint } from '../parse/ipvs-text';
import { isOnServer, type TrafficNow } from './forecast-counts';

export type Moves = {
  /** Of the packets of a service: where they go, a sentence each. */
  reasonsOf: (service: string) => string[];
  /** Of its connections on these real servers: how many are in no group any more. */
  countUnmatched: (service: string, servers: readonly IpvsRealServer[]) => Count;
};

const STILL: Moves = { reasonsOf: () => [], countUnmatched: () => 0 };

/** Without a base there is nothing that packets could leave. */
export function findMoves(base: Topology | undefined, topology: Topology, traffic: TrafficNow): Moves {
  if (!base) return STILL;
  const moved = movedPackets(base, topology);
  if (moved?.length === 0) return STILL;
  const isCut = ({ from, to, example }: MovedPackets) => from && !to && !isHeld(topology, example.destination);
  const leaving = new Set(moved?.filter(isCut).flatMap(({ from }) => (from ? [keyOf(from)] : [])));
  return {
    reasonsOf: (service) =>
      moved
        ? moved.flatMap((move) => sentencesOf(move, service, topology))
        : ['The mark rules change in too many places to tell which packets leave.'],
    countUnmatched: (service, servers) => {
      if (moved && !leaving.has(service)) return 0;
      if (!traffic.listing?.isWhole || hasOtherInterfaces(base)) return 'unknown';
      const { rows } = traffic.listing;
      const isLeaving = leavingTest(base, topology, traffic.director, service);
      return rows.filter((row) => servers.some((server) => isOnServer(row, server)) && isLeaving(row)).length;
    },
  };
}

function keyOf({ mark, family }: Owner): string {
  return markKey(mark, family);
}

/** A connection is found by its addresses and ports whatever the mark of its packets, as long as these reach IPVS. */
function sentencesOf({ from, to, example }: MovedPackets, service: string, topology: Topology): string[] {
  const packets = `Packets such as ${printPacket(example)}`;
  if (from && keyOf(from) === service && !to && isHeld(topology, example.destination))
    return [
      `${packets} are marked no more: the address is the director's own, so connections stay and new ones are not balanced.`,
    ];
  if (from && keyOf(from) === service)
    return to
      ? [
          `${packets} go to group "${to.name}": connections that exist stay where they are, new ones get its real servers.`,
        ]
      : [`${packets} are marked no more: they do not reach IPVS, and their connections break.`];
  if (!to || keyOf(to) !== service) return [];
  return from
    ? [`${packets} come from group "${from.name}": connections that exist stay where they are.`]
    : [`${packets} are marked from now on.`];
}

/** Of a plain range the director owns the addresses: packets reach IPVS without a mark, and find their connection there. */
function isHeld(topology: Topology, address: Address): boolean {
  return topology.ranges.some(
    ({ interval }) => isPlainRange(topology, interval) && containsInterval(interval, intervalOf(address)),
  );
}

/** A row does not say where its packets arrive; with a match for another interface its group cannot be told. */
function hasOtherInterfaces({ groups }: Topology): boolean {
  return groups.some(({ matches }) => matches.some(({ interface: device }) => device !== undefined));
}

function leavingTest(base: Topology, topology: Topology, director: string, service: string) {
  const [was, is] = [claimsOfTopology(base), claimsOfTopology(topology)];
  return (row: Connection): boolean => {
    const packet = row.kind === 'connection' ? packetOf(row) : undefined;
    if (!packet) return false;
    const owner = winnerOf(was, { ...packet, ...arrivalAt(base, director) });
    if (!owner || serviceOf(owner) !== service) return false;
    return !winnerOf(is, { ...packet, ...arrivalAt(topology, director) }) && !isHeld(topology, packet.destination);
  };
}

function serviceOf({ mark, set }: Claim): string {
  return markKey(mark, set.addresses.family);
}

function packetOf({ protocol, client, virtual }: Connection): Omit<Packet, 'interface'> | undefined {
  if (protocol !== 'tcp' && protocol !== 'udp' && protocol !== 'sctp') return undefined;
  const [from, to] = [parseEndpoint(client), parseEndpoint(virtual)];
  const [source, destination] = [from, to].map((end) => end && parseAddress(end.address));
  if (!to || !source?.ok || !destination?.ok) return undefined;
  return { protocol, source: source.value, destination: destination.value, destinationPort: to.port };
}

/** On the external interface, in the words of the topology: it names the director only where the interfaces differ. */
function arrivalAt({ directors }: Topology, director: string) {
  const arrivals = arrivalsOf(directors);
  return arrivals.find((arrival) => arrival.director === director) ?? arrivals[0] ?? { interface: '' };
}
