// Firewall marks: one per group and family, positive 31-bit numbers, apart from the bits that others put on packets.
import { error, warning } from '../diagnostic';
import type { Stack } from '../document';
import { familiesOf, duplicatesOf, type Check } from './check';

export const MAX_MARK = 0x7fff_ffff;

export const checkMarkZero: Check = ({ document }) =>
  document.groups.flatMap(({ name, mark }, index) =>
    mark >= 1
      ? []
      : [
          error(
            mark === 0 ? 'mark.zero' : 'mark.negative',
            ['groups', index, 'mark'],
            mark === 0
              ? `Group "${name}" has mark 0, which is the mark of every unmarked packet, so it cannot select any.`
              : `Group "${name}" has the negative mark ${mark}; a mark is an unsigned number.`,
            'Choose a mark from 1 to 65535.',
          ),
        ],
  );

export const checkMarkTooLarge: Check = ({ document }) =>
  document.groups.flatMap(({ name, mark }, index) =>
    mark <= MAX_MARK
      ? []
      : [
          error(
            'mark.too-large',
            ['groups', index, 'mark'],
            mark > 0xffff_ffff
              ? `Group "${name}" has mark ${mark}, but a mark has 32 bits: at most 4294967295.`
              : `Group "${name}" has mark ${mark}: ipvsadm prints marks of 2^31 and more as negative numbers (${mark - 2 ** 32}), so ldirectord would not find its own service.`,
            `Choose a mark from 1 to 65535; the largest that works is ${MAX_MARK}.`,
          ),
        ],
  );

/** A mark selects one virtual service per address family; IPv4 and IPv6 services with one mark are separate. */
export const checkDuplicateMarks: Check = ({ document, matches }) => {
  const uses = document.groups.flatMap((group, index) => {
    const families = familiesOf(matches[index] ?? []);
    return (families.length === 0 ? [4] : families).map((family) => ({ group, index, key: `${family} ${group.mark}` }));
  });
  return duplicatesOf(uses, ({ key }) => key).map(({ value: { group, index }, firstIndex }) =>
    error(
      'mark.duplicate',
      ['groups', index, 'mark'],
      `Groups "${uses[firstIndex]?.group.name ?? ''}" and "${group.name}" both use mark ${group.mark}, but a mark selects exactly one virtual service.`,
      'Give this group another mark, or put its matches into the first group.',
    ),
  );
};

type Reservation = { who: string; claims: (mark: number, stack: Stack) => boolean };
/** Marks are compared whole by IPVS but bit by bit by these, on hosts where they run (lvs.md 2.2, their own sources). */
const RESERVATIONS: Reservation[] = [
  { who: 'Kubernetes (bits 0x4000 and 0x8000)', claims: (mark) => (mark & 0xc000) !== 0 },
  { who: 'Tailscale (bits 0x40000 and 0x80000)', claims: (mark) => (mark & 0xc0000) !== 0 },
  { who: 'Calico (upper 16 bits)', claims: (mark) => mark >>> 16 !== 0 },
  {
    who: 'Cilium (0x0200 to 0x0f00)',
    claims: (mark) => [2, 3, 4, 5, 9, 10, 11, 12, 13, 14, 15].includes((mark >>> 8) & 15),
  },
  {
    who: 'keepalived (marks that it allocates itself, from 1000 up)',
    claims: (mark, stack) => stack === 'keepalived' && mark >= 1000,
  },
];

export const checkReservedMarks: Check = ({ document }) =>
  document.groups.flatMap(({ name, mark }, index) => {
    if (mark < 1 || mark > MAX_MARK) return [];
    const holders = RESERVATIONS.filter(({ claims }) => claims(mark, document.stack)).map(({ who }) => who);
    if (holders.length === 0) return [];
    const message = `Mark ${mark} (0x${mark.toString(16)}) of group "${name}" collides, on a director where it runs, with ${holders.join(', ')}.`;
    return [warning('mark.reserved', ['groups', index, 'mark'], message, 'Choose a mark from 1 to 511.')];
  });
