// How every two matches of different groups lie to each other: equal, one within the other, partly, or apart.
import { containsInterval } from '../address';
import { claimsOfTopology, sharedBoxOf, type Claim, type Claims } from '../claims';
import { invariant } from '../errors';
import { witnessOf, type PacketSet } from '../packet-set';
import type { Packet, PortInterval, Topology } from '../topology';

/** Of the earlier to the later match: `contained` = every packet of the earlier is one of the later. */
export type RelationKind = 'equal' | 'contained' | 'contains' | 'partial';
export type MatchPlace = { group: string; mark: number; groupIndex: number; matchIndex: number };
export type MatchRelation = {
  kind: RelationKind;
  earlier: MatchPlace;
  later: MatchPlace;
  /** A packet of both. */
  packet: Packet;
  /** Of the two, the group that gets it: the later one, because MARK does not end the walk. */
  winner: string;
  /** True when the later group names the earlier one in `overrides`. */
  isIntended: boolean;
};
export type MatchRelations = {
  counts: Record<RelationKind | 'disjoint', number>;
  /** In the order of the later match, then of the earlier one; at most `limit`. */
  pairs: MatchRelation[];
  /** False when pairs were left out; `counts` are exact all the same up to MAX_COUNTED pairs. */
  isComplete: boolean;
};

/** A topology of more pairs than this is wrong as a whole, and counting on would only take long. */
const MAX_COUNTED = 1_000_000;

export function relateMatches(topology: Topology, { limit = 10_000 } = {}): MatchRelations {
  const claims = claimsOfTopology(topology);
  const counts = { disjoint: countPairs(claims), equal: 0, contained: 0, contains: 0, partial: 0 };
  const pairs: MatchRelation[] = [];
  let [isComplete, counted] = [true, 0];
  for (const later of claims.all) {
    if (counted >= MAX_COUNTED) return { counts, pairs, isComplete: false };
    for (const earlier of claims.meeting(later)) {
      if (earlier.group >= later.group) break;
      const kind = relationOf(earlier.set, later.set);
      counted += 1;
      counts.disjoint -= 1;
      counts[kind] += 1;
      if (pairs.length < limit) pairs.push(toRelation(topology, claims, kind, earlier, later));
      else isComplete = false;
    }
  }
  return { counts, pairs, isComplete };
}

function countPairs({ all, byGroup }: Claims): number {
  const square = (length: number) => length * length;
  return (square(all.length) - byGroup.reduce((sum, own) => sum + square(own.length), 0)) / 2;
}

function toRelation(
  topology: Topology,
  { space }: Claims,
  kind: RelationKind,
  earlier: Claim,
  later: Claim,
): MatchRelation {
  const shared = sharedBoxOf(earlier, later);
  invariant(shared, 'two claims that meet share a box');
  const isIntended = topology.groups[later.group]?.overrides.includes(earlier.name) ?? false;
  return {
    kind,
    earlier: toPlace(earlier),
    later: toPlace(later),
    packet: witnessOf(space, shared),
    winner: later.name,
    isIntended,
  };
}

function toPlace({ name, mark, group, match }: Claim): MatchPlace {
  return { group: name, mark, groupIndex: group, matchIndex: match };
}

function relationOf(earlier: PacketSet, later: PacketSet): RelationKind {
  const isContained = isSubset(earlier, later);
  if (isSubset(later, earlier)) return isContained ? 'equal' : 'contains';
  return isContained ? 'contained' : 'partial';
}

/** Exact because a match is a product: it lies in another when each of its sides does. */
function isSubset(inner: PacketSet, outer: PacketSet): boolean {
  return (
    (inner.protocols & ~outer.protocols) === 0 &&
    containsInterval(outer.addresses, inner.addresses) &&
    arePortsIn(inner.ports, outer.ports) &&
    isSourceIn(inner, outer) &&
    inner.arrivals.every((arrival) =>
      outer.arrivals.some(
        ({ interface: device, director }) => device === arrival.interface && director === arrival.director,
      ),
    )
  );
}

/** Intervals of a match are merged, so that each of the inner ones lies in a single outer one. */
function arePortsIn(inner: readonly PortInterval[], outer: readonly PortInterval[]): boolean {
  return inner.every(({ first, last }) => outer.some((other) => other.first <= first && last <= other.last));
}

/** A source that names every address of the family is the same as none. */
function isSourceIn(inner: PacketSet, outer: PacketSet): boolean {
  if (outer.source === undefined) return true;
  const { family } = inner.addresses;
  const everywhere = { family, first: 0n, last: (1n << (family === 4 ? 32n : 128n)) - 1n };
  return containsInterval(outer.source, inner.source ?? everywhere);
}
