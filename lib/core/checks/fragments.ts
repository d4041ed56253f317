// Fragments: only the first of a datagram has its ports, so marks by port miss the others where nothing puts them together before.
import { isSameAddress } from '../address';
import { takesInside } from '../arrivals';
import { claimsOfResolution } from '../claims';
import { warning, type Diagnostic } from '../diagnostic';
import { isPlainRange } from '../own-addresses';
import { covers } from '../packet-boxes';
import { EVERY_PROTOCOL } from '../packet-set';
import type { Resolution } from '../resolution';
import type { Family, Match } from '../topology';
import { familiesOf, networksOf, poolOf, realServersOf, type Check } from './check';

/** Where thousands of groups lose them, one sentence about all of them says as much. */
const MOST_NOTES = 100;
const HINT =
  'Keep its datagrams below the MTU, mark the range with protocol any, or let the firewall of both directors track connections (one rule that asks for a state does): then they are put together before they are marked.';

/** TCP and SCTP find out what fits, and send no fragments. */
export const checkFragments: Check = (resolution) => {
  const { document, matches } = resolution;
  if (matches.some((own) => own.includes(undefined))) return [];
  if (document.groups.some((_, group) => !poolOf(resolution, group))) return [];
  const whole = reassembledFamilies(resolution);
  const found: Diagnostic[] = [];
  for (const [group, { name }] of document.groups.entries()) {
    const own = matches[group] ?? [];
    const at = own.findIndex(
      (match, place) =>
        match && isByPort(match, whole) && !isHeld(resolution, group, match) && !isTakenWhole(resolution, group, place),
    );
    if (at < 0) continue;
    if (found.length === MOST_NOTES) {
      const message = `Of more groups than these ${MOST_NOTES} datagrams larger than the MTU are lost.`;
      return [...found, warning('group.fragments', ['groups'], message, HINT)];
    }
    const message = `Group "${name}" marks udp of range "${own[at]?.range.name ?? ''}" by port, and only the first fragment of a datagram larger than the MTU has one: the others get no mark, and the datagram is lost.`;
    found.push(warning('group.fragments', ['groups', group, 'matches', at], message, HINT));
  }
  return found;
};

/**
 * Connection tracking puts fragments together before they are marked, and MASQUERADE turns it on (measured): for its family,
 * in the one nftables table for both. IPVS asks for it itself once it has an IPv6 real server (ip_vs_new_dest).
 */
function reassembledFamilies(resolution: Resolution): ReadonlySet<Family> {
  const { document, matches, realServers } = resolution;
  const masquerades = document.groups.some((_, group) => isMasq(resolution, group));
  if (masquerades && document.firewall === 'nftables') return new Set([4, 6]);
  const tracked = matches.flatMap((own, group) => (isMasq(resolution, group) ? familiesOf(own) : []));
  const hasIpv6 = realServers.flat().some((address) => address?.family === 6);
  return new Set<Family>(hasIpv6 ? [...tracked, 6] : tracked);
}

function isMasq(resolution: Resolution, group: number): boolean {
  return poolOf(resolution, group)?.forwarding === 'masq';
}

function isByPort({ protocol, ports, range }: Match, whole: ReadonlySet<Family>): boolean {
  return protocol === 'udp' && ports !== 'all' && !whole.has(range.interval.family);
}

/** What is local anyway is put together before IPVS: addresses that the active director holds, unless its peer must serve them too. */
function isHeld(resolution: Resolution, group: number, match: Match): boolean {
  if (!isPlainRange(networksOf(resolution), match.range.interval)) return false;
  const isMarkedByPeer = resolution.document.directors.some((director) => takesInside(match, director));
  return !isMarkedByPeer || !isStreamlined(resolution, group);
}

function isStreamlined(resolution: Resolution, group: number): boolean {
  const inside = resolution.directors.flatMap(({ internal, internal6 }) => [internal, internal6]);
  return realServersOf(resolution, group).some(
    (address) => address && inside.some((on) => on && isSameAddress(on.address, address)),
  );
}

/** Only `any` surely takes fragments: a match of every udp port may be cut by the ports of others when marks are looked up in sets. */
function isTakenWhole(resolution: Resolution, group: number, place: number): boolean {
  const { byGroup, someMeeting } = claimsOfResolution(resolution);
  // Every match has resolved, so that its claim has the same place.
  const boxes = byGroup[group]?.[place]?.boxes ?? [];
  return boxes.every((box) =>
    someMeeting(
      box,
      ({ set }, other) => set.protocols === EVERY_PROTOCOL && set.source === undefined && covers(other, box),
    ),
  );
}
