// Every match of one family as the packets that it marks, in the order of the rules. Both layouts are made of these.
import type { Director, Family, FwMarkGroup, Match, Topology } from '../core/topology';
import type { PacketClass } from '../parse/mark-map';
import { rememberFor } from './remember-for';

/** One match, or the ICMP errors of its range. */
export type MarkItem = {
  group: string;
  mark: number;
  interface: string;
  range: Match['range'];
  packets: PacketClass;
  /** Absent = from anywhere. */
  source?: Match['source'];
};

/** Unreachable, time exceeded, parameter problem; in IPv6 packet too big as well. */
export const ICMP_ERRORS: Record<Family, readonly number[]> = { 4: [3, 11, 12], 6: [1, 2, 3, 4] };
export const ICMP: PacketClass = { protocol: 'icmp' };

/**
 * In the order of the document: MARK does not end the walk, so the later group wins. A match that is not for every packet
 * of its range does not take ICMP errors by itself, but they must be delivered locally to reach IPVS (`isErrors`). They
 * are sent by routers on the way, so no source is asked of them.
 */
export function forEachMark(
  { groups }: Topology,
  { external }: Director,
  family: Family,
  visit: (group: FwMarkGroup, match: Match, device: string, isErrors: boolean) => void,
): void {
  for (const group of groups) {
    const covered = new Map<string, Set<Match['range']>>();
    const rangesOn = (device: string) => {
      const ranges = covered.get(device) ?? new Set();
      covered.set(device, ranges);
      return ranges;
    };
    for (const match of group.matches) {
      if (match.range.interval.family !== family) continue;
      const device = match.interface ?? external.interface;
      visit(group, match, device, false);
      if (takesErrors(match)) rangesOn(device).add(match.range);
    }
    for (const match of group.matches) {
      if (match.range.interval.family !== family || takesErrors(match)) continue;
      const device = match.interface ?? external.interface;
      const ranges = rangesOn(device);
      if (ranges.has(match.range)) continue;
      ranges.add(match.range);
      visit(group, match, device, true);
    }
  }
}

function takesErrors({ protocol, source }: Match): boolean {
  return protocol === 'any' && !source;
}

export function markItemsOf(topology: Topology, director: Director, family: Family): MarkItem[] {
  const items: MarkItem[] = [];
  forEachMark(
    topology,
    director,
    family,
    ({ name: group, mark }, { range, protocol, ports, source }, device, isErrors) => {
      const item = { group, mark, interface: device, range };
      const packets: PacketClass = ports === 'all' ? { protocol } : { protocol, ports };
      items.push(isErrors ? { ...item, packets: ICMP } : { ...item, packets, ...(source && { source }) });
    },
  );
  return items;
}

/** The families in which packets are marked. */
export function markedFamilies(topology: Topology): Family[] {
  return rememberFor(topology, 'families', () =>
    ([4, 6] as const).filter((family) =>
      topology.groups.some(({ matches }) => matches.some(({ range }) => range.interval.family === family)),
    ),
  );
}
