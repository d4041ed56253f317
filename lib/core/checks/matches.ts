// Which group gets a packet: MARK does not terminate, so of two groups that match one packet the later one does.
import { error, warning } from '../diagnostic';
import { boxesOf, printWitness, sharedBox, subtractBoxes, type PacketBox } from '../packet-set';
import type { Resolution } from '../resolution';
import type { Check } from './check';

type Claim = { index: number; name: string; mark: number; overrides: string[]; boxes: PacketBox[] };

/** Groups with the same mark do not contend: `mark.duplicate` speaks of them. */
function claims({ document, matches }: Resolution): Claim[] {
  return document.groups.map(({ name, mark, overrides = [] }, index) => {
    const boxes = (matches[index] ?? []).flatMap((match) => (match ? boxesOf(match) : []));
    return { index, name, mark, overrides, boxes };
  });
}

export function onExternal({ document }: Resolution): string {
  const name = document.directors[0]?.external.interface;
  return name === undefined ? '' : ` on ${name}`;
}

/** Two groups claim a packet, and the later one does not say that it means to. */
export const checkOverlappingMatches: Check = (resolution) => {
  const all = claims(resolution);
  return all.flatMap((later) =>
    all.slice(0, later.index).flatMap((earlier) => {
      if (earlier.mark === later.mark || later.overrides.includes(earlier.name)) return [];
      const shared = sharedBox(earlier.boxes, later.boxes);
      return shared ? [overlap(resolution, earlier, later, shared)] : [];
    }),
  );
};

function overlap(resolution: Resolution, earlier: Claim, later: Claim, shared: PacketBox) {
  const at = (resolution.matches[later.index] ?? []).findIndex((match) => match && sharedBox(boxesOf(match), [shared]));
  const packet = `${printWitness(shared)}${onExternal(resolution)}`;
  return error(
    'match.overlap',
    ['groups', later.index, 'matches', Math.max(at, 0)],
    `Groups "${earlier.name}" (mark ${earlier.mark}) and "${later.name}" (mark ${later.mark}) both claim ${packet}. MARK does not end the walk through the rules, so of the two the later one wins, with mark ${later.mark}.`,
    `Narrow one of them, or write overrides: [${earlier.name}] in group "${later.name}" when it is meant to take these packets.`,
  );
}

/** Every packet of the group is taken by later groups. */
export const checkDeadGroups: Check = (resolution) => {
  const all = claims(resolution);
  return all.flatMap((group) => {
    const first = group.boxes[0];
    if (!first || (resolution.matches[group.index] ?? []).includes(undefined)) return [];
    const rivals = all.filter((later) => later.index > group.index && later.mark !== group.mark);
    if (
      subtractBoxes(
        group.boxes,
        rivals.flatMap(({ boxes }) => boxes),
      ).length > 0
    )
      return [];
    return [dead(resolution, group, rivals)];
  });
};

function dead(resolution: Resolution, group: Claim, rivals: readonly Claim[]) {
  const takers = rivals.filter(({ boxes }) => sharedBox(group.boxes, boxes));
  const last = takers.at(-1);
  const shared = last && sharedBox(group.boxes, last.boxes);
  const names = takers.map(({ name }) => `"${name}"`).join(', ');
  const packet = shared ? ` For example ${printWitness(shared)}${onExternal(resolution)} gets mark ${last.mark}.` : '';
  return error(
    'group.dead',
    ['groups', group.index],
    `Group "${group.name}" (mark ${group.mark}) never sees a packet: the later ${names} ${takers.length === 1 ? 'takes' : 'take'} every one of its packets.${packet}`,
    `Move "${group.name}" behind ${names}, narrow these, or remove it.`,
  );
}

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
export const checkRedundantMatches: Check = (resolution) =>
  resolution.document.groups.flatMap(({ name }, index) => {
    const boxes = (resolution.matches[index] ?? []).map((match) => (match ? boxesOf(match) : []));
    return boxes.flatMap((own, at) => {
      const earlier = boxes.slice(0, at).flat();
      if (own.length === 0 || subtractBoxes(own, earlier).length > 0) return [];
      const message = `Group "${name}": this match adds nothing, earlier matches of the group already cover it.`;
      return [warning('match.redundant', ['groups', index, 'matches', at], message, 'Remove the match.')];
    });
  });
