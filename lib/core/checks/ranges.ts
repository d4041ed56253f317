// Virtual address ranges: are they used, wholly marked, and addresses that a service can have.
import { intersectIntervals, parseInterval, printInterval } from '../address';
import { error, info, warning } from '../diagnostic';
import { BALANCED_PROTOCOLS, boxesOf, printWitness, subtractBoxes, type PacketBox } from '../packet-set';
import { ALL_PORTS } from '../ports';
import type { Resolution } from '../resolution';
import type { AddressInterval } from '../topology';
import { familiesOf, quotedList, type Check } from './check';

export const checkUnusedRanges: Check = (resolution) =>
  resolution.document.ranges.flatMap(({ name }, index) => {
    if (isNamedByGroup(resolution, name) || isPartlyMarked(resolution, index)) return [];
    const message = `No group marks packets for range "${name}": everything that the router sends for it is answered "unreachable".`;
    return [warning('range.unused', ['ranges', index], message, 'Add a group for it, or remove the range.')];
  });

/** Addresses that the router sends but no group marks (lvs.md S10). */
export const checkPartlyMarkedRanges: Check = (resolution) => {
  const marked = markedIntervals(resolution);
  return resolution.document.ranges.flatMap(({ name }, index) => {
    const range = resolution.ranges[index];
    if (!range || isNamedByGroup(resolution, name) || !isPartlyMarked(resolution, index)) return [];
    const rest = subtractIntervals(range.interval, marked);
    if (rest.length === 0) return [];
    const message = `Only a part of range "${name}" is marked by groups: the rest (${rest.map(printInterval).join(', ')}) is sent here by the router and answered "unreachable".`;
    return [
      warning(
        'range.partly-marked',
        ['ranges', index, 'addresses'],
        message,
        'Mark the rest too, or make the range as small as what is marked.',
      ),
    ];
  });
};

/** Ports or protocols of a marked range that no group marks: often meant, worth knowing. */
export const checkPartlyMarkedPorts: Check = ({ document, ranges, matches }) => {
  const boxes = matches.flat().flatMap((match) => (match ? boxesOf(match) : []));
  if (matches.flat().includes(undefined)) return [];
  return document.ranges.flatMap(({ name }, index) => {
    const range = ranges[index];
    if (!range || !document.groups.some((group) => group.matches.some((match) => match.range === name))) return [];
    const whole = BALANCED_PROTOCOLS.slice(0, 2).map((protocol) => ({
      protocol,
      addresses: range.interval,
      ports: ALL_PORTS,
    }));
    const left: PacketBox | undefined = subtractBoxes(whole, boxes)[0];
    if (!left) return [];
    const message = `Range "${name}": not every tcp and udp port is marked; ${printWitness(left)}, for example, gets no mark and is answered "unreachable".`;
    return [
      info(
        'range.ports-unmarked',
        ['ranges', index],
        message,
        'Nothing to do when only the marked ports are meant to be served.',
      ),
    ];
  });
};

function isNamedByGroup({ document }: Resolution, range: string): boolean {
  return document.groups.some(({ matches }) => matches.some((match) => match.range === range));
}

function markedIntervals({ matches }: Resolution): AddressInterval[] {
  return matches.flat().flatMap((match) => (match ? [match.range.interval] : []));
}

function isPartlyMarked(resolution: Resolution, index: number): boolean {
  const interval = resolution.ranges[index]?.interval;
  return interval !== undefined && markedIntervals(resolution).some((other) => intersectIntervals(interval, other));
}

export function subtractIntervals(whole: AddressInterval, holes: readonly AddressInterval[]): AddressInterval[] {
  return holes.reduce<AddressInterval[]>(
    (rest, hole) => rest.flatMap((interval) => subtractInterval(interval, hole)),
    [whole],
  );
}

function subtractInterval(interval: AddressInterval, hole: AddressInterval): AddressInterval[] {
  const shared = intersectIntervals(interval, hole);
  if (!shared) return [interval];
  const { family, first, last } = interval;
  return [
    { family, first, last: shared.first - 1n },
    { family, first: shared.last + 1n, last },
  ].filter((piece) => piece.first <= piece.last);
}

/** What can never be the address of a service that a router sends here. */
const NOT_UNICAST = [
  ['0.0.0.0/8', '"this network"'],
  ['127.0.0.0/8', 'loopback'],
  ['169.254.0.0/16', 'link-local'],
  ['224.0.0.0-255.255.255.255', 'multicast, reserved or broadcast'],
  ['::/127', 'unspecified or loopback'],
  ['fe80::/10', 'link-local'],
  ['ff00::/8', 'multicast'],
].flatMap(([text = '', what = '']) => {
  const parsed = parseInterval(text);
  return parsed.ok ? [{ interval: parsed.value.interval, what }] : [];
});

export function notUnicast(interval: AddressInterval): { interval: AddressInterval; what: string } | undefined {
  return NOT_UNICAST.find((special) => intersectIntervals(special.interval, interval));
}

export const checkUnicastRanges: Check = ({ ranges }) =>
  ranges.flatMap((range, index) => {
    const special = range && notUnicast(range.interval);
    if (!special) return [];
    const message = `Range "${range.name}" contains ${special.what} addresses (${printInterval(special.interval)}), which no router sends to a virtual service.`;
    return [error('range.not-unicast', ['ranges', index, 'addresses'], message, 'Choose ordinary unicast addresses.')];
  });

/** IPVS keeps services of the two families apart: one group is one service. */
export const checkMixedFamilies: Check = ({ document, matches }) =>
  document.groups.flatMap(({ name, matches: documents }, index) => {
    if (familiesOf(matches[index] ?? []).length < 2) return [];
    const names = quotedList([...new Set(documents.map(({ range }) => range))]);
    const message = `Group "${name}" mixes IPv4 and IPv6 ranges (${names}), but one virtual service has one address family.`;
    return [
      error(
        'family.mixed',
        ['groups', index, 'matches'],
        message,
        'Make one group for each family; they may have the same mark.',
      ),
    ];
  });
