// Follows one packet through the rules that a director gets: mark rules, policy route, IPVS, pool. The same order as the kernel.
import { containsAddress, isSameAddress } from './address';
import { portIntervals } from './ports';
import { sharesOf, type RealServerShare } from './shares';
import type { FwMarkGroup, Match, Packet, Topology } from './topology';

export type Trace = {
  mark: number | null;
  group: string | null;
  /** Null when no pool gets the packet, though it may have a mark. */
  pool: string | null;
  realServers: RealServerShare[];
  /** `local`: to the director itself, where IPVS takes it over when `pool` is set. */
  delivered: 'local' | 'unreachable' | 'forwarded';
  /** Every step in order, a sentence each. */
  reasons: string[];
};
type Verdict = Omit<Trace, 'mark' | 'group' | 'reasons'>;
const NOWHERE: Omit<Verdict, 'delivered'> = { pool: null, realServers: [] };

export function tracePacket(topology: Topology, packet: Packet): Trace {
  const reasons: string[] = [];
  const group = markingGroup(topology, packet, reasons);
  const verdict = deliver(topology, packet, group, reasons);
  return { mark: group?.mark ?? null, group: group?.name ?? null, ...verdict, reasons };
}

/** MARK does not terminate: every group is asked, the last that matches decides. */
function markingGroup(topology: Topology, packet: Packet, reasons: string[]): FwMarkGroup | undefined {
  const externals = [...new Set(topology.directors.map(({ external }) => external.interface))];
  if (!externals.includes(packet.interface)) {
    reasons.push(
      `It arrives on ${packet.interface}; mark rules look at ${externals.join(' and ')} only, so it gets no mark.`,
    );
    return undefined;
  }
  const matching = topology.groups.filter((group) => group.matches.some((match) => matches(group, match, packet)));
  const winner = matching.at(-1);
  reasons.push(...matching.map((group) => markReason(group, packet, group === winner)));
  if (!winner) reasons.push(noMarkReason(topology, packet));
  return winner;
}

function markReason(group: FwMarkGroup, packet: Packet, isLast: boolean): string {
  const what = packet.protocol === 'icmp' && !marksEverything(group, packet) ? ' as an ICMP error of its ranges' : '';
  const end = isLast ? '.' : ', but a later group marks it again.';
  return `Group "${group.name}" matches it${what} and sets mark ${group.mark}${end}`;
}

function noMarkReason({ groups }: Topology, { destination, destinationPort, protocol }: Packet): string {
  const isNear = groups.some((group) =>
    group.matches.some(({ range }) => containsAddress(range.interval, destination)),
  );
  if (!isNear) return `No group has a range with ${destination.text}, so it gets no mark.`;
  const port =
    destinationPort === undefined ? (protocol === 'icmp' ? '' : ' without a given port') : ` port ${destinationPort}`;
  return `Groups have ranges with ${destination.text}, but none of them takes ${protocol}${port}, so it gets no mark.`;
}

function matches(group: FwMarkGroup, { range, protocol, ports }: Match, packet: Packet): boolean {
  if (!containsAddress(range.interval, packet.destination)) return false;
  if (protocol === 'any') return true;
  if (packet.protocol === 'icmp') return isIcmpError(packet);
  if (protocol !== packet.protocol) return false;
  const port = packet.destinationPort;
  if (port === undefined) return ports === 'all';
  return portIntervals(ports).some(({ first, last }) => first <= port && port <= last);
}

function marksEverything({ matches: all }: FwMarkGroup, { destination }: Packet): boolean {
  return all.some(({ protocol, range }) => protocol === 'any' && containsAddress(range.interval, destination));
}

/** IPv4: unreachable, time exceeded, parameter problem; IPv6: those and packet too big. They answer a connection. */
function isIcmpError({ destination, icmpType = 8 }: Packet): boolean {
  return (destination.family === 4 ? [3, 11, 12] : [1, 2, 3, 4]).includes(icmpType);
}

/** Routing: the local table first, then the policy rule of the mark, then main with its unreachable routes. */
function deliver(topology: Topology, packet: Packet, group: FwMarkGroup | undefined, reasons: string[]): Verdict {
  const { destination } = packet;
  const owner = ownerOf(topology, packet);
  if (owner !== undefined) reasons.push(`${destination.text} is ${owner}, so routing delivers it locally.`);
  else if (group)
    reasons.push(`The policy rule for mark ${group.mark} delivers it locally (table 100), where IPVS sees it.`);
  else return passOn(topology, packet, reasons);
  if (group) return { ...balance(topology, packet, group, reasons), delivered: 'local' };
  reasons.push('Without a mark IPVS does not take it: the director itself answers.');
  return { ...NOWHERE, delivered: 'local' };
}

function passOn({ ranges }: Topology, { destination }: Packet, reasons: string[]): Verdict {
  const range = ranges.find(({ interval }) => containsAddress(interval, destination));
  if (range) {
    reasons.push(
      `${destination.text} is in range "${range.name}", whose unreachable route answers unmarked packets, so that they do not loop.`,
    );
    return { ...NOWHERE, delivered: 'unreachable' };
  }
  reasons.push(`${destination.text} is in no range: the director forwards it as a router would.`);
  return { ...NOWHERE, delivered: 'forwarded' };
}

/** The active director holds the virtual addresses. */
function ownerOf({ directors, virtualAddresses }: Topology, { destination }: Packet): string | undefined {
  const { external, internal } = virtualAddresses;
  if (isSameAddress(external.address, destination)) return 'the external virtual address of the active director';
  if (isSameAddress(internal.address, destination)) return 'the internal virtual address of the active director';
  const director = directors.find((each) =>
    [each.external, each.internal].some(({ address }) => isSameAddress(address, destination)),
  );
  return director && `an address of ${director.name}`;
}

function balance(
  topology: Topology,
  packet: Packet,
  group: FwMarkGroup,
  reasons: string[],
): Omit<Verdict, 'delivered'> {
  const { pool, persistence, scheduler } = group;
  if (packet.protocol === 'icmp') {
    reasons.push(
      isIcmpError(packet)
        ? 'IPVS looks for the connection that this ICMP error speaks of and sends it to the real server of that connection.'
        : 'IPVS schedules tcp, udp and sctp only: the director itself answers this ICMP packet.',
    );
    return NOWHERE;
  }
  reasons.push(
    `The virtual service of mark ${group.mark} hands it to pool "${pool.name}" (${pool.forwarding}, scheduler ${scheduler}).`,
  );
  if (persistence) {
    reasons.push(
      `A client (netmask ${persistence.netmask}) that came within ${persistence.timeoutSeconds} s stays with its real server.`,
    );
  }
  reasons.push(...returnPathReasons(topology, packet, group));
  const realServers = sharesOf(pool, scheduler);
  if (realServers.every(({ share }) => share === 0)) {
    reasons.push(`Pool "${pool.name}" has no real server with a weight above 0: the connection is refused.`);
  }
  return { pool: pool.name, realServers };
}

function returnPathReasons({ directors }: Topology, { source }: Packet, { pool }: FwMarkGroup): string[] {
  const isNeighbour =
    source !== undefined && directors.some(({ internal }) => containsAddress(internal.network, source));
  if (pool.forwarding !== 'masq' || !isNeighbour) return [];
  return [
    `The client ${source.text} is on the real servers' own network: their reply goes to it directly, past the director, and it does not accept it.`,
  ];
}
