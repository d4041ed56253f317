// Conditions of a match beside range and port: where packets come from, and the interface they arrive on.
import { intersectIntervals, printInterval } from '../address';
import { error, warning, type Diagnostic, type DiagnosticPath } from '../diagnostic';
import type { MatchDocument } from '../document';
import type { Resolution } from '../resolution';
import type { Match } from '../topology';
import { isInterfaceName, poolOf, quotedList, type Check } from './check';

type Place = { document: MatchDocument; match: Match | undefined; group: number; path: DiagnosticPath };

function forEachMatch({ document, matches }: Resolution, check: (place: Place) => Diagnostic[]): Diagnostic[] {
  return document.groups.flatMap((owner, group) =>
    owner.matches.flatMap((each, at) =>
      check({ document: each, match: matches[group]?.[at], group, path: ['groups', group, 'matches', at] }),
    ),
  );
}

export const checkSourceFamilies: Check = (resolution) =>
  forEachMatch(resolution, ({ document, match, path }) => {
    const [wanted, given] = [match?.range.interval.family, match?.source?.interval.family];
    if (given === undefined || given === wanted) return [];
    const message = `Range "${document.range}" is IPv${wanted ?? ''}, but source ${document.source ?? ''} is IPv${given}: no packet has both.`;
    return [
      error(
        'source.family-differs',
        [...path, 'source'],
        message,
        `Write IPv${wanted ?? ''} addresses, or leave it out.`,
      ),
    ];
  });

/** masq: the reply of the real server goes to its neighbour directly, from an address that the client never asked. */
export const checkSourceNeighbours: Check = (resolution) =>
  forEachMatch(resolution, ({ match, group, path }) => {
    const source = match?.source?.interval;
    if (!source || poolOf(resolution, group)?.forwarding !== 'masq') return [];
    const beside = resolution.directors
      .flatMap(({ internal, internal6 }) => [internal, internal6])
      .find((on) => on && intersectIntervals(on.network, source));
    if (!beside) return [];
    const message = `Clients of ${printInterval(source)} can be on the real servers' own network ${printInterval(beside.network)}: under masq their replies go past the director, and the client does not accept them.`;
    return [
      warning('source.beside-real-servers', [...path, 'source'], message, 'Use forwarding gate, or clients elsewhere.'),
    ];
  });

export const checkMatchInterfaces: Check = (resolution) =>
  forEachMatch(resolution, (place) => {
    const device = place.document.interface;
    if (device === undefined) return [];
    const path = [...place.path, 'interface'];
    if (!isInterfaceName(device)) {
      const message = `"${device}" cannot be the interface of a match: it must be a network interface name of at most 15 letters, digits, "_", "." or "-", and not lo.`;
      return [error('interface.invalid', path, message, 'Write the name that "ip link" shows, e.g. eth0.')];
    }
    return [...unknownInterface(resolution, device, path), ...internalInterface(resolution, place, device, path)];
  });

function unknownInterface({ document }: Resolution, device: string, path: DiagnosticPath): Diagnostic[] {
  const without = document.directors.filter(
    ({ external, internal }) => external.interface !== device && internal.interface !== device,
  );
  if (without.length === 0) return [];
  const names = quotedList(without.map(({ name }) => name));
  const message = `Interface ${device} is neither the external nor the internal one of ${names}: no packet is known to arrive there.`;
  return [warning('interface.unknown', path, message, 'Leave it out for the external interface of each director.')];
}

/** What arrives inside comes from the real servers and their neighbours. */
function internalInterface(
  resolution: Resolution,
  { group }: Place,
  device: string,
  path: DiagnosticPath,
): Diagnostic[] {
  const { directors } = resolution.document;
  const isInside = directors.some(
    ({ external, internal }) => internal.interface === device && external.interface !== device,
  );
  if (!isInside) return [];
  if (directors.some(({ external }) => external.interface === device)) {
    const message = `${device} is the external interface of one director and the internal one of the other: the match means another side after a takeover.`;
    return [warning('interface.ambiguous', path, message, 'Leave it out for the external interface of each director.')];
  }
  if (poolOf(resolution, group)?.forwarding !== 'masq') return [];
  const message = `Clients that arrive on the internal interface ${device} are neighbours of the real servers: under masq the replies go past the director, and the client does not accept them.`;
  return [warning('interface.beside-real-servers', path, message, 'Use forwarding gate, or leave the interface out.')];
}
