// Matches and groups that never get a packet, each with a packet that proves it.
import { claimsOfTopology, sharedBoxOf, winnerOf, type Claim, type Claims } from '../claims';
import { invariant } from '../errors';
import { covers, doBoxesMeet, subtractBoxes } from '../packet-boxes';
import { witnessOf, type PacketBox } from '../packet-set';
import type { Packet, Topology } from '../topology';

export type Shadow = {
  /** `overridden`: later groups take every packet. `repeated`: earlier matches of the same group take every packet. */
  kind: 'overridden' | 'repeated';
  group: string;
  groupIndex: number;
  /** Absent = the whole group. */
  matchIndex?: number;
  /** Names of groups that together take all its packets, in the order of the document. */
  by: string[];
  /** A packet of it, and who gets that one. */
  packet: Packet;
  winner: { group: string; mark: number };
};

/** A dead group is one entry; its matches are not listed again. */
export function findShadows(topology: Topology): Shadow[] {
  const claims = claimsOfTopology(topology);
  return claims.byGroup.flatMap((own) => {
    const dead = own.filter((claim) => isOverridden(claims, claim));
    const first = dead[0];
    if (first && dead.length === own.length) {
      return [overriddenShadow(claims, first, takersOf(claims, own), {})];
    }
    const repeated = own.filter((claim) => !dead.includes(claim) && isRepeated(claims, claim));
    return [
      ...dead.map((claim) => overriddenShadow(claims, claim, takersOf(claims, [claim]), { matchIndex: claim.match })),
      ...repeated.map((claim) => repeatedShadow(claims, claim)),
    ];
  });
}

/** Groups with the same mark do not contend: they are the same virtual service. */
function isRival(claim: Claim, { group, mark }: Claim): boolean {
  return group > claim.group && mark !== claim.mark;
}

function rivalsOf(claims: Claims, claim: Claim): Claim[] {
  return claims.meeting(claim).filter((other) => isRival(claim, other));
}

/** By claim: the rivals that take it whole; undefined in it = they do not. */
const takenBy = new WeakMap<Claim, { all: readonly Claim[] | undefined }>();

/** Later claims of other marks that together take every packet of this one; undefined when they leave some. */
function rivalsThatTake(claims: Claims, claim: Claim): readonly Claim[] | undefined {
  const known = takenBy.get(claim);
  if (known) return known.all;
  const alone = claim.boxes.map((box) => coveringRival(claims, claim, box));
  const enough = alone.flatMap((rival) => rival ?? []);
  const all = enough.length === alone.length ? enough : rivalsOf(claims, claim);
  const taken = isCovered(claim, all) ? all : undefined;
  takenBy.set(claim, { all: taken });
  return taken;
}

/** Most often a single later match covers all; it is found without gathering the others. */
function coveringRival(claims: Claims, claim: Claim, box: PacketBox): Claim | undefined {
  const found: Claim[] = [];
  claims.someMeeting(box, (other, theirs) => {
    if (!isRival(claim, other) || !covers(theirs, box)) return false;
    found.push(other);
    return true;
  });
  return found[0];
}

export function isOverridden(claims: Claims, claim: Claim): boolean {
  return rivalsThatTake(claims, claim) !== undefined;
}

/** Groups are small as a rule, and then their own matches are asked one by one. */
const SMALL_GROUP = 64;

export function isRepeated(claims: Claims, claim: Claim): boolean {
  const own = claims.byGroup[claim.group] ?? [];
  const candidates = own.length > SMALL_GROUP ? claims.meeting(claim) : own;
  const earlier = candidates.filter(
    ({ group, match, boxes }) =>
      group === claim.group &&
      match < claim.match &&
      boxes.some((theirs) => claim.boxes.some((box) => doBoxesMeet(theirs, box))),
  );
  return isCovered(claim, earlier);
}

/** A match that no packet can meet is not covered: `source.family-differs` speaks of it. */
function isCovered(claim: Claim, others: readonly Claim[]): boolean {
  if (others.length === 0 || claim.boxes.length === 0) return false;
  const holes = others.flatMap(({ boxes }) => boxes);
  return claim.boxes.every((box) => subtractBoxes(box, holes, 1).length === 0);
}

/** The claims that take all packets of overridden ones, in the order of the rules. */
export function takersOf(claims: Claims, own: readonly Claim[]): Claim[] {
  const all = own.flatMap((claim) => rivalsThatTake(claims, claim) ?? []);
  return [...new Set(all)].sort((a, b) => a.order - b.order);
}

/** A packet of these claims that the last of the takers takes, and who gets it in the end. */
export function proofOf(claims: Claims, own: readonly Claim[], takers: readonly Claim[]) {
  const shared = own.flatMap((claim) => {
    const taker = takers.findLast((other) => sharedBoxOf(claim, other));
    return (taker && sharedBoxOf(claim, taker)) ?? [];
  })[0];
  invariant(shared, 'a claim shares a packet with those that take it');
  const packet = witnessOf(claims.space, shared);
  const winner = winnerOf(claims, packet);
  invariant(winner, 'a packet that is claimed has a winner');
  return { packet, winner: { group: winner.name, mark: winner.mark } };
}

function overriddenShadow(
  claims: Claims,
  claim: Claim,
  takers: readonly Claim[],
  place: Pick<Shadow, 'matchIndex'>,
): Shadow {
  const by = [...new Set(takers.map(({ name }) => name))];
  return {
    kind: 'overridden',
    group: claim.name,
    groupIndex: claim.group,
    ...place,
    by,
    ...proofOf(claims, [claim], takers),
  };
}

function repeatedShadow(claims: Claims, claim: Claim): Shadow {
  const { name, group, match } = claim;
  const own = claims.meeting(claim).filter((other) => other.group === group && other.match < match);
  const proof = proofOf(claims, [claim], own);
  return { kind: 'repeated', group: name, groupIndex: group, matchIndex: match, by: [name], ...proof };
}
