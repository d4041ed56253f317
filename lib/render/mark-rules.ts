// Which packets get which mark, as data: one value is one rule of the chain LVS-CONSOLE, in the order in which it is walked.
import type { Protocol } from '../core/document';
import type { FwMarkGroup, Match, PortInterval, Topology } from '../core/topology';

/** `ports` has one interval, or as many as one multiport match takes; absent = all. */
export type MarkRule = {
  group: string;
  mark: number;
  interface: string;
  destination: string;
  protocol: Protocol | 'icmp';
  ports?: PortInterval[];
  icmpType?: number;
};

/** xt_multiport has 15 places, and a range takes two. */
const MULTIPORT_PLACES = 15;
/** Destination unreachable, time exceeded, parameter problem: the ICMP errors that IPVS relates to a connection. */
const ICMP_ERRORS = [3, 11, 12];

/**
 * Groups in the order of the document: MARK does not end the walk, so the later group wins. Ports are seen in later
 * fragments too, because the MASQUERADE rule makes the kernel put fragments together before the mangle table.
 */
export function markRulesOf(topology: Topology, externalInterface: string): MarkRule[] {
  return topology.groups.flatMap((group) => [
    ...group.matches.flatMap((match) => rulesOfMatch(group, match, externalInterface)),
    ...icmpErrorRules(group, externalInterface),
  ]);
}

function rulesOfMatch({ name, mark }: FwMarkGroup, match: Match, externalInterface: string): MarkRule[] {
  const rule = { group: name, mark, interface: externalInterface, protocol: match.protocol };
  const chunks = match.ports === 'all' ? [undefined] : multiportChunks(match.ports);
  return match.range.cidrs.flatMap((destination) =>
    chunks.map((ports) => ({ ...rule, destination, ...(ports && { ports }) })),
  );
}

/** A group of single protocols marks no ICMP by itself, but an error for its ranges must reach IPVS, so it must be local too. */
function icmpErrorRules({ name, mark, matches }: FwMarkGroup, externalInterface: string): MarkRule[] {
  const covered = new Set(matches.filter(({ protocol }) => protocol === 'any').flatMap(({ range }) => range.cidrs));
  const destinations = new Set(matches.flatMap(({ range }) => range.cidrs).filter((cidr) => !covered.has(cidr)));
  return [...destinations].flatMap((destination) =>
    ICMP_ERRORS.map((icmpType) => ({
      group: name,
      mark,
      interface: externalInterface,
      destination,
      protocol: 'icmp' as const,
      icmpType,
    })),
  );
}

function multiportChunks(ports: readonly PortInterval[]): PortInterval[][] {
  const chunks: PortInterval[][] = [];
  let places = MULTIPORT_PLACES;
  for (const interval of ports) {
    const needed = interval.first === interval.last ? 1 : 2;
    if (places + needed > MULTIPORT_PLACES) {
      chunks.push([]);
      places = 0;
    }
    chunks.at(-1)?.push(interval);
    places += needed;
  }
  return chunks;
}
