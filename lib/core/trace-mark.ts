// The mangle rules, for one packet: MARK does not terminate, so every group is asked and the last that matches decides.
import { containsAddress } from './address';
import { portIntervals } from './ports';
import type { Director, FwMarkGroup, Match, Packet, Topology } from './topology';
import { step, type TraceStep } from './trace-step';

/** The director that gets the packet: the named one, else the first that has this interface outside, else the first. */
export function directorOf({ directors }: Topology, { director, interface: device }: Packet): Director | undefined {
  const named = directors.find(({ name }) => name === director);
  return named ?? directors.find(({ external }) => external.interface === device) ?? directors[0];
}

export function markingGroup(topology: Topology, packet: Packet, steps: TraceStep[]): FwMarkGroup | undefined {
  const external = directorOf(topology, packet)?.external.interface;
  const matching = topology.groups.filter((group) => group.matches.some((match) => takes(match, packet, external)));
  const winner = matching.at(-1);
  for (const group of matching) {
    steps.push(step('mark', markText(group, packet, group === winner), 'group', group.name));
  }
  if (!winner) steps.push(step('mark', noMarkText(topology, packet, external)));
  return winner;
}

function takes(match: Match, packet: Packet, external: string | undefined): boolean {
  return (match.interface ?? external) === packet.interface && takesHeaders(match, packet);
}

/** An ICMP error is sent by a router on the way, so that the source of a match says nothing about it. */
function takesHeaders({ range, protocol, ports, source }: Match, packet: Packet): boolean {
  if (!containsAddress(range.interval, packet.destination)) return false;
  if (packet.protocol === 'icmp' && isIcmpError(packet)) return true;
  if (source && !(packet.source && containsAddress(source.interval, packet.source))) return false;
  if (protocol === 'any') return true;
  if (protocol !== packet.protocol) return false;
  const port = packet.destinationPort;
  if (port === undefined) return ports === 'all';
  return portIntervals(ports).some(({ first, last }) => first <= port && port <= last);
}

function takesButForSource({ range, protocol, ports }: Match, packet: Packet): boolean {
  return takesHeaders({ range, protocol, ports }, packet);
}

/** What the rules mark beside a connection. IPv4: unreachable, time exceeded, parameter problem; IPv6: those and packet too big. */
export function isIcmpError({ destination, icmpType = 8 }: Packet): boolean {
  return (destination.family === 4 ? [3, 11, 12] : [1, 2, 3, 4]).includes(icmpType);
}

/** Those that ip_vs_in_icmp() takes to the connection they speak of: source quench, but no parameter problem of IPv4. */
export function isFollowedByIpvs({ destination, icmpType = 8 }: Packet): boolean {
  return (destination.family === 4 ? [3, 4, 11] : [1, 2, 3, 4]).includes(icmpType);
}

function markText(group: FwMarkGroup, packet: Packet, isLast: boolean): string {
  const what = packet.protocol === 'icmp' && !marksEverything(group, packet) ? ' as an ICMP error of its ranges' : '';
  const end = isLast ? '.' : ', but a later group marks it again.';
  return `Group "${group.name}" matches it${what} and sets mark ${group.mark}${end}`;
}

function marksEverything({ matches }: FwMarkGroup, packet: Packet): boolean {
  return matches.some(
    ({ protocol, range, source }) =>
      protocol === 'any' &&
      containsAddress(range.interval, packet.destination) &&
      (!source || (packet.source !== undefined && containsAddress(source.interval, packet.source))),
  );
}

/** Says the nearest thing that kept it from a mark: its interface, its address, its source, its protocol and port. */
function noMarkText({ groups }: Topology, packet: Packet, external: string | undefined): string {
  const { destination, protocol, destinationPort, source } = packet;
  const matches = groups.flatMap((group) => group.matches);
  const devices = [...new Set(matches.map((match) => match.interface ?? external ?? ''))];
  if (!devices.includes(packet.interface)) {
    const looked = devices.length === 0 ? (external ?? 'none') : devices.join(' and ');
    return `It arrives on ${packet.interface}; mark rules look at ${looked} only, so it gets no mark.`;
  }
  const near = matches.filter(({ range }) => containsAddress(range.interval, destination));
  if (near.length === 0) return `No group has a range with ${destination.text}, so it gets no mark.`;
  const elsewhere = near.every((match) => (match.interface ?? external) !== packet.interface);
  if (elsewhere) {
    return `Groups have ranges with ${destination.text}, but none of them takes what arrives on ${packet.interface}, so it gets no mark.`;
  }
  const isSourceOnly = near.some((match) => match.source && takesButForSource(match, packet));
  if (isSourceOnly) {
    const from = source ? `not from ${source.text}` : 'from certain sources only, and no source is given';
    return `Groups take ${destination.text}, but ${from}, so it gets no mark.`;
  }
  const port =
    destinationPort === undefined ? (protocol === 'icmp' ? '' : ' without a given port') : ` port ${destinationPort}`;
  return `Groups have ranges with ${destination.text}, but none of them takes ${protocol}${port}, so it gets no mark.`;
}
