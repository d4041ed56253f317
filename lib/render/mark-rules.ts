// The plain layout: which packets get which mark, one value for one rule of the chain LVS-CONSOLE, in the order in which it is walked.
import type { Director, Family, PortInterval, Topology } from '../core/topology';
import type { PacketClass } from '../parse/mark-map';
import { ICMP_ERRORS, markItemsOf, type MarkItem } from './mark-items';

/** `ports` has one interval, or as many as one multiport match takes; absent = all. */
export type MarkRule = {
  family: Family;
  group: string;
  mark: number;
  interface: string;
  source?: string;
  destination: string;
  protocol: PacketClass['protocol'];
  ports?: PortInterval[];
  icmpType?: number;
};

/** xt_multiport has 15 places, and a range takes two. */
const MULTIPORT_PLACES = 15;

/** Groups in the order of the document: MARK does not end the walk, so the later group wins. */
export function markRulesOf(topology: Topology, director: Director, family: Family): MarkRule[] {
  return markItemsOf(topology, director, family).flatMap((item) => rulesOfItem(item, family));
}

export function rulesOfItem({ group, mark, range, packets, source, ...item }: MarkItem, family: Family): MarkRule[] {
  const rule = { family, group, mark, interface: item.interface };
  const chunks = chunksOf(packets, family);
  const sources = source ? source.cidrs.map((cidr) => ({ source: cidr })) : [{}];
  return range.cidrs.flatMap((destination) =>
    sources.flatMap((from) => chunks.map((chunk) => ({ ...rule, ...from, destination, ...chunk }))),
  );
}

type Chunk = Pick<MarkRule, 'protocol' | 'ports' | 'icmpType'>;

/** What one rule of iptables can say of a protocol, as often as it takes to say all of it. */
export function chunksOf({ protocol, ports }: PacketClass, family: Family): Chunk[] {
  if (protocol === 'icmp') return ICMP_ERRORS[family].map((icmpType) => ({ protocol, icmpType }));
  return ports ? multiportChunks(ports).map((chunk) => ({ protocol, ports: chunk })) : [{ protocol }];
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
