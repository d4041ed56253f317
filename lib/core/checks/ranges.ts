// Virtual address ranges: are they used, wholly marked, and addresses that a service can have.
import { intersectIntervals, parseInterval, printInterval } from '../address';
import { unmarkedOf } from '../analysis/find-gaps';
import { arrivalsOf } from '../arrivals';
import { claimsOfResolution } from '../claims';
import { error, info, warning, type Diagnostic } from '../diagnostic';
import { isPlainRange } from '../own-addresses';
import { EVERY_PROTOCOL, printPacket, toBoxes, witnessOf } from '../packet-set';
import { ALL_PORTS } from '../ports';
import type { Resolution } from '../resolution';
import type { AddressInterval, VirtualRange } from '../topology';
import { networksOf, type Check } from './check';

const TCP_AND_UDP = 0b011;

export const checkUnusedRanges: Check = (resolution) =>
  resolution.document.ranges.flatMap(({ name }, index) => {
    if (namedRanges(resolution).has(name) || markedIn(resolution, index).length > 0) return [];
    const message = `No group marks packets for range "${name}": everything that the router sends for it is answered "unreachable".`;
    return [warning('range.unused', ['ranges', index], message, 'Add a group for it, or remove the range.')];
  });

/** Addresses that the router sends but no group marks (lvs.md S10). */
export const checkPartlyMarkedRanges: Check = (resolution) =>
  resolution.document.ranges.flatMap(({ name }, index) => {
    const range = resolution.ranges[index];
    if (!range || namedRanges(resolution).has(name)) return [];
    const marked = markedIn(resolution, index);
    const rest = marked.length === 0 ? [] : subtractIntervals(range.interval, marked);
    if (rest.length === 0) return [];
    const message = `Only a part of range "${name}" is marked by groups: the rest (${printSome(rest)}) is sent here by the router and answered "unreachable".`;
    return [
      warning(
        'range.partly-marked',
        ['ranges', index, 'addresses'],
        message,
        'Mark the rest too, or make the range as small as what is marked.',
      ),
    ];
  });

function printSome(intervals: readonly AddressInterval[]): string {
  const shown = intervals.slice(0, 5).map(printInterval).join(', ');
  return intervals.length > 5 ? `${shown} and ${intervals.length - 5} more` : shown;
}

/** Where thousands of ranges serve a few ports each, one sentence about all of them says as much. */
const MAX_PORT_NOTES = 100;

/** Ports or protocols of a marked range that no group marks: often meant, worth knowing. */
export const checkPartlyMarkedPorts: Check = (resolution) => {
  const { document, ranges, matches } = resolution;
  if (matches.some((own) => own.includes(undefined))) return [];
  const [whole, networks] = [whollyMarked(resolution), networksOf(resolution)];
  const found: Diagnostic[] = [];
  for (const [index, { name }] of document.ranges.entries()) {
    const range = ranges[index];
    if (!range || whole.has(range) || !namedRanges(resolution).has(name)) continue;
    const packet = unmarkedPacket(resolution, range);
    if (packet === undefined) continue;
    const hint = 'Nothing to do when only the marked ports are meant to be served.';
    if (found.length === MAX_PORT_NOTES) {
      const message = `Of more ranges than these ${MAX_PORT_NOTES} not every tcp and udp port is marked; the analysis lists all of them.`;
      return [...found, info('range.ports-unmarked', ['ranges'], message, hint)];
    }
    const fate = isPlainRange(networks, range.interval) ? 'the director itself answers' : 'is answered "unreachable"';
    const message = `Range "${name}": not every tcp and udp port is marked; ${packet}, for example, gets no mark and ${fate}.`;
    found.push(info('range.ports-unmarked', ['ranges', index], message, hint));
  }
  return found;
};

function unmarkedPacket(resolution: Resolution, { interval: addresses }: VirtualRange): string | undefined {
  const claims = claimsOfResolution(resolution);
  const arrivals = arrivalsOf(resolution.document.directors).slice(0, 1);
  const packets = { arrivals, protocols: TCP_AND_UDP, addresses, ports: [ALL_PORTS] };
  const left = toBoxes(claims.space, packets).flatMap((box) => unmarkedOf(claims, box, 1))[0];
  return left && printPacket(witnessOf(claims.space, left));
}

/** Ranges that one match takes whole: the most usual case needs no algebra. */
function whollyMarked({ matches }: Resolution): ReadonlySet<VirtualRange> {
  const whole = matches.flatMap((own) =>
    own.flatMap((match) => {
      const isWhole =
        match?.protocol === 'any' &&
        match.ports === 'all' &&
        match.source === undefined &&
        match.interface === undefined;
      return match && isWhole ? [match.range] : [];
    }),
  );
  return new Set(whole);
}

const named = new WeakMap<Resolution, ReadonlySet<string>>();

function namedRanges(resolution: Resolution): ReadonlySet<string> {
  const known = named.get(resolution);
  if (known) return known;
  const names = new Set(resolution.document.groups.flatMap(({ matches }) => matches.map(({ range }) => range)));
  named.set(resolution, names);
  return names;
}

/** The parts of a range that groups mark, whatever protocol and port. */
function markedIn(resolution: Resolution, index: number): AddressInterval[] {
  const range = resolution.ranges[index];
  if (!range) return [];
  const claims = claimsOfResolution(resolution);
  const arrivals = claims.space.arrivals;
  const whole = { arrivals, protocols: EVERY_PROTOCOL, addresses: range.interval, ports: [ALL_PORTS] };
  const found = new Set<AddressInterval>();
  for (const box of toBoxes(claims.space, whole)) {
    claims.forEachMeeting(box, ({ set }) => found.add(set.addresses));
  }
  return [...found].sort((a, b) => (a.first < b.first ? -1 : 1));
}

/** One walk over the holes in ascending order. */
export function subtractIntervals(whole: AddressInterval, holes: readonly AddressInterval[]): AddressInterval[] {
  const { family, last } = whole;
  const rest: AddressInterval[] = [];
  let from = whole.first;
  const inside = holes.flatMap((hole) => intersectIntervals(whole, hole) ?? []);
  for (const hole of inside.sort((a, b) => (a.first < b.first ? -1 : 1))) {
    if (from < hole.first) rest.push({ family, first: from, last: hole.first - 1n });
    if (hole.last >= from) from = hole.last + 1n;
  }
  return from <= last ? [...rest, { family, first: from, last }] : rest;
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
