// Routing, for one packet: the local table first, then the policy rule of the mark, then main with its unreachable routes.
import { containsAddress, isSameAddress } from './address';
import { takesInside } from './arrivals';
import { isDirectorAddress, isPlainRange, isStreamlined } from './own-addresses';
import type { FwMarkGroup, Packet, Topology, VirtualRange } from './topology';
import { directorOf } from './trace-mark';
import { problem, step, type TraceObject, type TraceStep } from './trace-step';

/** `local`: to the director itself, where IPVS takes it over when it has a mark. */
export type Delivery = 'local' | 'unreachable' | 'forwarded';
type Owner = { text: string; object: TraceObject };

export function deliver(
  topology: Topology,
  packet: Packet,
  group: FwMarkGroup | undefined,
  steps: TraceStep[],
): Delivery {
  const owner = ownerOf(topology, packet);
  if (owner) {
    const { kind, name } = owner.object;
    steps.push(step('routing', `${owner.text}, so routing delivers it locally.`, kind, name));
  } else if (group) {
    const text = `The policy rule for mark ${group.mark} delivers it locally (table 100), where IPVS sees it.`;
    steps.push(step('routing', text, 'director', directorOf(topology, packet)?.name));
  } else return passOn(topology, packet, steps);
  if (!group) steps.push(step('routing', 'Without a mark IPVS does not take it: the director itself answers.'));
  return 'local';
}

/** The active director holds the virtual addresses and the addresses of plain ranges. */
function ownerOf(topology: Topology, { destination }: Packet): Owner | undefined {
  const { directors, virtualAddresses, ranges } = topology;
  for (const side of ['external', 'internal', 'external6', 'internal6'] as const) {
    const held = virtualAddresses[side];
    if (!held || !isSameAddress(held.address, destination)) continue;
    const word = side.startsWith('external') ? 'external' : 'internal';
    const text = `${destination.text} is the ${word} virtual address of the active director`;
    return { text, object: { kind: 'virtual-address', name: word } };
  }
  const director = directors.find((each) => isDirectorAddress(each, destination));
  if (director) {
    const text = `${destination.text} is an address of ${director.name}`;
    return { text, object: { kind: 'director', name: director.name } };
  }
  const plain = ranges.find(
    ({ interval }) => containsAddress(interval, destination) && isPlainRange(topology, interval),
  );
  if (!plain) return undefined;
  const text = `${destination.text} is in plain range "${plain.name}", whose addresses the active director holds`;
  return { text, object: { kind: 'range', name: plain.name } };
}

function passOn(topology: Topology, packet: Packet, steps: TraceStep[]): Delivery {
  const { destination } = packet;
  const range = topology.ranges.find(({ interval }) => containsAddress(interval, destination));
  if (!range) {
    steps.push(step('routing', `${destination.text} is in no range: the director forwards it as a router would.`));
    return 'forwarded';
  }
  if (isHandedOver(topology, packet, range)) {
    const text = `It comes from the other director, which chose this one as real server: the policy rule for range "${range.name}" delivers it locally, and the service on the director answers.`;
    steps.push(step('routing', text, 'range', range.name));
    return 'local';
  }
  const text = `${destination.text} is in range "${range.name}", whose unreachable route answers unmarked packets, so that they do not loop.`;
  steps.push(problem('routing', text, 'range', range.name));
  return 'unreachable';
}

/** The streamlined topology; a match that marks such packets itself needs no policy rule for them. */
function isHandedOver(topology: Topology, packet: Packet, range: VirtualRange): boolean {
  const director = directorOf(topology, packet);
  if (!director || packet.interface !== director.internal.interface) return false;
  return topology.groups.some(
    ({ pool, matches }) =>
      isStreamlined(topology, pool) &&
      matches.some((match) => match.range.name === range.name && !takesInside(match, director)),
  );
}
