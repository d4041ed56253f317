// Firewall marks: one per group and family, positive 31-bit numbers, apart from the bits that others put on packets.
import { error, warning } from '../diagnostic';
import { MAX_MARK, reservationsOf } from '../mark-registry';
import { familiesOf, duplicatesOf, type Check } from './check';

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

export const checkReservedMarks: Check = ({ document }) =>
  document.groups.flatMap(({ name, mark }, index) => {
    if (mark < 1 || mark > MAX_MARK) return [];
    const holders = reservationsOf(mark, document.stack).map(({ who, marks }) => `${who} (${marks})`);
    if (holders.length === 0) return [];
    const message = `Mark ${mark} (0x${mark.toString(16)}) of group "${name}" collides, on a director where it runs, with ${holders.join(', ')}.`;
    return [
      warning('mark.reserved', ['groups', index, 'mark'], message, 'Choose a mark from 1 to 99 or from 200 to 511.'),
    ];
  });
