// Which group takes a connection, among any number of ranges: the tracer's answer, asked of the few groups whose ranges hold the address.
import { cellOf, createAddressAxis, ranksOf } from './address-axis';
import { createIntervalIndex } from './interval-index';
import type { FwMarkGroup, Packet, Topology } from './topology';
import { directorOf, markingGroup } from './trace-mark';

/** `packet.interface` may be left out: then it is the director's external one, where clients come from. */
export type GroupFinder = (packet: Omit<Packet, 'interface'>) => FwMarkGroup | undefined;

export function createGroupFinder(topology: Topology): GroupFinder {
  const matches = topology.groups.flatMap((group, at) => group.matches.map(({ range }) => ({ at, range })));
  const axis = createAddressAxis(matches.map(({ range }) => range.interval));
  const ranks = matches.map(({ range }) => ranksOf(axis, range.interval));
  const index = createIntervalIndex(
    ranks.map(([from]) => from),
    ranks.map(([, to]) => to),
  );
  return (packet) => {
    const cell = cellOf(axis, packet.destination);
    if (!cell) return undefined;
    const found = new Set<number>();
    index.some(cell[0], cell[1], (position) => {
      const match = matches[position];
      if (match) found.add(match.at);
      return false;
    });
    const groups = [...found].sort((a, b) => a - b).flatMap((at) => topology.groups[at] ?? []);
    const asked = { ...packet, interface: '' };
    const external = directorOf(topology, asked)?.external.interface ?? '';
    return markingGroup({ ...topology, groups }, { ...asked, interface: external }, []);
  };
}
