// Which packets change their group from one topology to another, exactly, with an example of each kind of move.
import { claimsOfTopology, type Claim } from '../claims';
import { createIntervalIndex, type IntervalIndex } from '../interval-index';
import { doBoxesMeet, intersectBoxes, subtractBoxes } from '../packet-boxes';
import { createPacketSpace, toBoxes, witnessOf, type PacketBox, type PacketSpace } from '../packet-set';
import type { Family, Packet, Topology } from '../topology';

/** A group as the kernel knows it. */
export type Owner = { name: string; mark: number; family: Family };
/** `from` absent: nobody marked these packets before; `to` absent: nobody does any more. */
export type MovedPackets = { from?: Owner; to?: Owner; example: Packet };
type Layer = { owner: Owner; box: PacketBox };
/** All claims of one topology, the one that sets the mark first, to be found by their destinations. */
type Layers = { all: Layer[]; byDestination: IntervalIndex };

/** Comparisons of one box with another; above it a plan would wait for seconds. */
const MOST_COMPARISONS = 5_000_000;

/** Packets that get a mark, in words of a group or of a rule; of two that meet the later one decides. */
export type MarkedSet = Pick<Claim, 'name' | 'mark' | 'set'>;

/** One entry for each pair of groups between which packets move; undefined when there is too much to compare. */
export function movedPackets(before: Topology, after: Topology): MovedPackets[] | undefined {
  return movedBetween(claimsOfTopology(before).all, claimsOfTopology(after).all);
}

/** The same of any two lists in the order of their rules; both speak of the same arrivals. */
export function movedBetween(old: readonly MarkedSet[], next: readonly MarkedSet[]): MovedPackets[] | undefined {
  const changed = changedClaims(old, next);
  if (changed.length === 0) return [];
  const space = createPacketSpace([...old, ...next].map(({ set }) => set));
  const [was, is] = [layersOf(space, old), layersOf(space, next)];
  const zones = changed.flatMap(({ set }) => toBoxes(space, set));
  let comparisons = 0;
  for (const { spans } of zones) {
    for (const { byDestination } of [was, is]) comparisons += byDestination.count(spans[0], spans[1]);
    if (comparisons > MOST_COMPARISONS) return undefined;
  }
  const moved = new Map<string, MovedPackets>();
  for (const zone of zones)
    for (const { box, owner: from } of winnersIn(zone, was)) {
      for (const { box: part, owner: to } of winnersIn(box, is)) {
        const key = `${printOwner(from)} ${printOwner(to)}`;
        if (printOwner(from) === printOwner(to) || moved.has(key)) continue;
        moved.set(key, { ...(from && { from }), ...(to && { to }), example: witnessOf(space, part) });
      }
    }
  return [...moved.values()];
}

/** Claims that only one side has; all of them when those of both sides stand in another order, as the last one wins. */
function changedClaims(before: readonly MarkedSet[], after: readonly MarkedSet[]): MarkedSet[] {
  const [old, next] = [before, after].map((claims) => claims.map((claim) => ({ claim, print: printClaim(claim) })));
  const [olds, nexts] = [old, next].map((all) => new Set(all?.map(({ print }) => print)));
  const [gone, stay] = split(old ?? [], nexts ?? new Set());
  const [come, kept] = split(next ?? [], olds ?? new Set());
  const isSameOrder = stay.length === kept.length && stay.every(({ print }, at) => print === kept[at]?.print);
  return (isSameOrder ? [...gone, ...come] : [...(old ?? []), ...(next ?? [])]).map(({ claim }) => claim);
}

type Printed = { claim: MarkedSet; print: string };

function split(all: readonly Printed[], others: ReadonlySet<string>): [unlike: Printed[], alike: Printed[]] {
  return [all.filter(({ print }) => !others.has(print)), all.filter(({ print }) => others.has(print))];
}

function printClaim({ mark, set }: MarkedSet): string {
  return JSON.stringify([mark, set], (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

function layersOf(space: PacketSpace, claims: readonly MarkedSet[]): Layers {
  const all = claims.toReversed().flatMap(({ name, mark, set }) => {
    const owner = { name, mark, family: set.addresses.family };
    return toBoxes(space, set).map((box) => ({ owner, box }));
  });
  const byDestination = createIntervalIndex(
    all.map(({ box }) => box.spans[0]),
    all.map(({ box }) => box.spans[1]),
  );
  return { all, byDestination };
}

function layersAt({ all, byDestination }: Layers, { spans }: PacketBox): Layer[] {
  const found: number[] = [];
  byDestination.some(spans[0], spans[1], (position) => {
    found.push(position);
    return false;
  });
  return found.sort((a, b) => a - b).flatMap((position) => all[position] ?? []);
}

/** The box in pieces, each with the group that gets it. */
function winnersIn(box: PacketBox, layers: Layers): { box: PacketBox; owner: Owner | undefined }[] {
  const pieces: { box: PacketBox; owner: Owner | undefined }[] = [];
  let open = [box];
  for (const { owner, box: claimed } of layersAt(layers, box)) {
    if (!doBoxesMeet(box, claimed)) continue;
    open = open.flatMap((part) => {
      const shared = intersectBoxes(part, claimed);
      if (!shared) return [part];
      pieces.push({ box: shared, owner });
      return subtractBoxes(part, [claimed]);
    });
    if (open.length === 0) return pieces;
  }
  return [...pieces, ...open.map((part) => ({ box: part, owner: undefined }))];
}

function printOwner(owner: Owner | undefined): string {
  return owner ? `${owner.mark}/${owner.family}` : '-';
}
