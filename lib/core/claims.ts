// Who claims which packets: every match of every group as a packet set, with quick answers to "which others meet it".
import { intersectIntervals, intervalOf } from './address';
import { arrivalsOf, type Arrival } from './arrivals';
import { ownAddresses } from './own-addresses';
import { createIntervalIndex, type IntervalIndex } from './interval-index';
import { covers, doBoxesMeet, intersectBoxes } from './packet-boxes';
import {
  BALANCED_PROTOCOLS,
  boxOfPacket,
  createPacketSpace,
  EVERY_PROTOCOL,
  toBoxes,
  type PacketBox,
  type PacketSet,
  type PacketSpace,
} from './packet-set';
import { portIntervals } from './ports';
import type { Resolution } from './resolution';
import type { AddressInterval, Match, Packet, Topology } from './topology';

/** `order` counts in the order of the rules: of all claims on a packet the highest order sets the mark. */
export type Claim = {
  order: number;
  group: number;
  match: number;
  name: string;
  mark: number;
  set: PacketSet;
  boxes: PacketBox[];
};
export type Claims = {
  space: PacketSpace;
  all: Claim[];
  /** By group; a group none of whose matches resolved has an empty list. */
  byGroup: Claim[][];
  /** Other claims that share a packet with this one, each once, in the order of the rules. */
  meeting: (claim: Claim) => readonly Claim[];
  /** Visits the claims that share a packet with the box, in no particular order, until `visit` says true. */
  someMeeting: (box: PacketBox, visit: (claim: Claim, box: PacketBox) => boolean) => boolean;
  forEachMeeting: (box: PacketBox, visit: (claim: Claim, box: PacketBox) => void) => void;
};
type Source = { directors: { name: string; external: { interface: string } }[]; groups: Contender[] };
type Contender = { name: string; mark: number; matches: readonly (Match | undefined)[] };

const ofTopologies = new WeakMap<Topology, Claims>();
const ofResolutions = new WeakMap<Resolution, Claims>();

export function claimsOfTopology(topology: Topology): Claims {
  const known = ofTopologies.get(topology);
  if (known) return known;
  const ranges = topology.ranges.map(({ interval }) => interval);
  const claims = buildClaims(topology, [...ranges, ...ownAddresses(topology).map(intervalOf)]);
  ofTopologies.set(topology, claims);
  return claims;
}

/** Matches that did not resolve claim nothing. */
export function claimsOfResolution(resolution: Resolution): Claims {
  const known = ofResolutions.get(resolution);
  if (known) return known;
  const { document, matches, ranges } = resolution;
  const groups = document.groups.map(({ name, mark }, index) => ({ name, mark, matches: matches[index] ?? [] }));
  const claims = buildClaims(
    { directors: document.directors, groups },
    ranges.flatMap((range) => (range ? [range.interval] : [])),
  );
  ofResolutions.set(resolution, claims);
  return claims;
}

function packetSetOf({ range, protocol, ports, source }: Match, arrivals: readonly Arrival[]): PacketSet {
  return {
    arrivals,
    protocols: protocol === 'any' ? EVERY_PROTOCOL : 1 << BALANCED_PROTOCOLS.indexOf(protocol),
    addresses: range.interval,
    ports: portIntervals(ports),
    source: source?.interval,
  };
}

/** `others` are put on the axes too, so that what nobody claims of them can be said. */
function buildClaims({ directors, groups }: Source, others: readonly AddressInterval[]): Claims {
  const arrivals = arrivalCache(directors);
  const drafts = groups.flatMap(({ name, mark, matches }, group) =>
    matches.flatMap((match, at) =>
      match ? [{ group, match: at, name, mark, set: packetSetOf(match, arrivals(match.interface)) }] : [],
    ),
  );
  const external = arrivals(undefined);
  const space = createPacketSpace([
    ...drafts.map(({ set }) => set),
    ...others.map((addresses) => ({ arrivals: external, protocols: EVERY_PROTOCOL, addresses, ports: [] })),
  ]);
  const all = drafts.map((draft, order): Claim => ({ ...draft, order, boxes: toBoxes(space, draft.set) }));
  const byGroup: Claim[][] = groups.map(() => []);
  for (const claim of all) byGroup[claim.group]?.push(claim);
  const someMeeting = meetingFinder(all);
  const forEachMeeting: Claims['forEachMeeting'] = (box, visit) => {
    someMeeting(box, (claim, own) => {
      visit(claim, own);
      return false;
    });
  };
  return { space, all, byGroup, someMeeting, forEachMeeting, meeting: meetingCache(forEachMeeting) };
}

function arrivalCache(directors: Source['directors']): (device: string | undefined) => Arrival[] {
  const known = new Map<string | undefined, Arrival[]>();
  return (device) => {
    const arrivals = known.get(device) ?? arrivalsOf(directors, device);
    known.set(device, arrivals);
    return arrivals;
  };
}

/** Two indexes, by destination and by port: whichever leaves fewer candidates is asked. */
function meetingFinder(all: readonly Claim[]): Claims['someMeeting'] {
  const entries = all.flatMap((claim) => claim.boxes.map((box) => ({ claim, box })));
  let indexes: [IntervalIndex, IntervalIndex] | undefined;
  const indexOn = (axis: 0 | 2) =>
    createIntervalIndex(
      entries.map(({ box }) => box.spans[axis]),
      entries.map(({ box }) => box.spans[axis === 0 ? 1 : 3]),
    );
  return (box, visit) => {
    const [byDestination, byPort] = (indexes ??= [indexOn(0), indexOn(2)]);
    const [from, to, firstPort, endPort] = box.spans;
    const isLast = (position: number): boolean => {
      const entry = entries[position];
      return entry !== undefined && doBoxesMeet(entry.box, box) && visit(entry.claim, entry.box);
    };
    return byDestination.count(from, to) <= byPort.count(firstPort, endPort)
      ? byDestination.some(from, to, isLast)
      : byPort.some(firstPort, endPort, isLast);
  };
}

/** Lists longer than this in all are not kept: a topology of that many overlaps is wrong, and must not fill the memory. */
const MAX_KEPT = 2_000_000;
const NONE: readonly Claim[] = [];

/** Several checks ask the same. */
function meetingCache(forEachMeeting: Claims['forEachMeeting']): Claims['meeting'] {
  const known: (readonly Claim[] | undefined)[] = [];
  let kept = 0;
  return (claim) => {
    const before = known[claim.order];
    if (before) return before;
    const found = findMeeting(forEachMeeting, claim);
    kept += found.length;
    if (kept <= MAX_KEPT) known[claim.order] = found;
    return found;
  };
}

function findMeeting(forEachMeeting: Claims['forEachMeeting'], claim: Claim): readonly Claim[] {
  let found: Set<Claim> | undefined;
  const visit = (other: Claim) => {
    if (other !== claim) (found ??= new Set()).add(other);
  };
  for (const box of claim.boxes) forEachMeeting(box, visit);
  return found ? [...found].sort((a, b) => a.order - b.order) : NONE;
}

/** The first box that both claim. */
export function sharedBoxOf(some: Claim, other: Claim): PacketBox | undefined {
  if (!intersectIntervals(some.set.addresses, other.set.addresses)) return undefined;
  for (const box of some.boxes) {
    for (const another of other.boxes) {
      const shared = intersectBoxes(box, another);
      if (shared) return shared;
    }
  }
  return undefined;
}

/** MARK does not end the walk: of all claims on a packet the last one decides. A packet without a source meets no condition on it. */
export function winnerOf(claims: Claims, packet: Packet): Claim | undefined {
  const box = boxOfPacket(claims.space, packet);
  let winner: Claim | undefined;
  if (!box) return undefined;
  claims.forEachMeeting(box, (claim) => {
    if (claim.order <= (winner?.order ?? -1)) return;
    if (claim.boxes.some((own) => covers(own, box))) winner = claim;
  });
  return winner;
}
