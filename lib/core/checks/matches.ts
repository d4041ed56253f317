// Which group gets a packet: MARK does not terminate, so of two groups that match one packet the later one does.
import { error, warning, type Diagnostic } from '../diagnostic';
import { isOverridden, isRepeated, proofOf, takersOf } from '../analysis/find-shadows';
import { claimsOfResolution, sharedBoxOf, type Claim, type Claims } from '../claims';
import { printPacket, witnessOf } from '../packet-set';
import type { Check } from './check';

/** More pairs than this say nothing new, and a list of them would not fit into a page. */
const MAX_OVERLAPS = 1_000;
type Overlap = { earlier: Claim; later: Claim };

/** Two groups claim a packet, and the later one does not say that it means to. Same mark: `mark.duplicate` speaks of them. */
export const checkOverlappingMatches: Check = (resolution) => {
  const claims = claimsOfResolution(resolution);
  const found: Diagnostic[] = [];
  for (const [group, own] of claims.byGroup.entries()) {
    const { overrides = [] } = resolution.document.groups[group] ?? {};
    for (const overlap of overlapsOf(claims, own, new Set(overrides))) {
      if (found.length >= MAX_OVERLAPS) return [...found, moreOverlaps()];
      found.push(describeOverlap(claims, overlap));
    }
  }
  return found;
};

function moreOverlaps(): Diagnostic {
  const message = `More than ${MAX_OVERLAPS} pairs of groups claim the same packets; only these are listed.`;
  return error('match.overlap', ['groups'], message, 'Settle those above first.');
}

/** One for each earlier group, in the order of the document: the first match of this group that meets one of it. */
function overlapsOf(claims: Claims, own: readonly Claim[], overrides: ReadonlySet<string>): Overlap[] {
  const byGroup = new Map<number, Overlap>();
  for (const later of own) {
    const candidates = new Map<number, Claim>();
    for (const box of later.boxes) {
      claims.forEachMeeting(box, (earlier) => {
        const { group, mark, name } = earlier;
        if (group >= later.group || mark === later.mark || byGroup.has(group) || overrides.has(name)) return;
        const before = candidates.get(group);
        if (!before || earlier.order < before.order) candidates.set(group, earlier);
      });
    }
    for (const [group, earlier] of candidates) byGroup.set(group, { earlier, later });
  }
  return [...byGroup.values()].sort((a, b) => a.earlier.group - b.earlier.group);
}

function describeOverlap({ space }: Claims, { earlier, later }: Overlap) {
  const shared = sharedBoxOf(earlier, later);
  const packet = shared ? printPacket(witnessOf(space, shared)) : 'the same packets';
  return error(
    'match.overlap',
    ['groups', later.group, 'matches', later.match],
    `Groups "${earlier.name}" (mark ${earlier.mark}) and "${later.name}" (mark ${later.mark}) both claim ${packet}. MARK does not end the walk through the rules, so of the two the later one wins, with mark ${later.mark}.`,
    `Narrow one of them, or write overrides: [${earlier.name}] in group "${later.name}" when it is meant to take these packets.`,
  );
}

/** Every packet of the group is taken by later groups. */
export const checkDeadGroups: Check = (resolution) => {
  const claims = claimsOfResolution(resolution);
  return claims.byGroup.flatMap((own, group) => {
    if (own.length === 0 || (resolution.matches[group] ?? []).includes(undefined)) return [];
    return own.every((claim) => isOverridden(claims, claim)) ? [dead(claims, own)] : [];
  });
};

function dead(claims: Claims, own: readonly Claim[]) {
  const { name = '', mark = 0, group = 0 } = own[0] ?? {};
  const takers = takersOf(claims, own);
  const names = [...new Set(takers.map((taker) => `"${taker.name}"`))];
  const { packet, winner } = proofOf(claims, own, takers);
  const list = names.length > 5 ? `${names.slice(0, 5).join(', ')} and ${names.length - 5} more` : names.join(', ');
  return error(
    'group.dead',
    ['groups', group],
    `Group "${name}" (mark ${mark}) never sees a packet: the later ${list} ${names.length === 1 ? 'takes' : 'take'} every one of its packets. For example ${printPacket(packet)} gets mark ${winner.mark}.`,
    `Move "${name}" behind ${list}, narrow these, or remove it.`,
  );
}

/** A match of a group that is alive, but gets nothing itself. */
export const checkShadowedMatches: Check = (resolution) => {
  const claims = claimsOfResolution(resolution);
  return claims.byGroup.flatMap((own) => {
    const shadowed = own.filter((claim) => isOverridden(claims, claim));
    if (shadowed.length === own.length) return [];
    return shadowed.map((claim) => {
      const { packet, winner } = proofOf(claims, [claim], takersOf(claims, [claim]));
      const message = `Group "${claim.name}" gets no packet by this match: later groups take every one of them, for example ${printPacket(packet)} goes to "${winner.group}".`;
      return warning(
        'match.shadowed',
        ['groups', claim.group, 'matches', claim.match],
        message,
        'Remove the match, or narrow the later groups.',
      );
    });
  });
};

export const checkGroupsWithoutMatch: Check = ({ document }) =>
  document.groups.flatMap(({ name, matches }, index) =>
    matches.length > 0
      ? []
      : [
          error(
            'group.no-match',
            ['groups', index, 'matches'],
            `Group "${name}" matches nothing, so no packet ever gets its mark.`,
            'Add at least one match with a range.',
          ),
        ],
  );

/** iptables has no port without a protocol that has ports. */
export const checkPortsWithoutProtocol: Check = ({ document }) =>
  document.groups.flatMap(({ name, matches }, index) =>
    matches.flatMap(({ protocol, ports }, at) =>
      protocol !== 'any' || ports === undefined
        ? []
        : [
            error(
              'ports.without-protocol',
              ['groups', index, 'matches', at, 'ports'],
              `Group "${name}" selects ports with protocol "any", but only tcp, udp and sctp have ports.`,
              'Set the protocol, one match for each, or leave the ports out.',
            ),
          ],
    ),
  );

/** A match that adds nothing to the other matches of its group. */
export const checkRedundantMatches: Check = (resolution) => {
  const claims = claimsOfResolution(resolution);
  return claims.all.flatMap((claim) => {
    if (!isRepeated(claims, claim)) return [];
    const message = `Group "${claim.name}": this match adds nothing, earlier matches of the group already cover it.`;
    return [warning('match.redundant', ['groups', claim.group, 'matches', claim.match], message, 'Remove the match.')];
  });
};
