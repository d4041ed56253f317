// Exact algebra over the packets that IPVS can balance: arrival x protocol x destination x destination port x source.
//
// A rule without a protocol marks every packet, but IPVS schedules tcp, udp and sctp only, so these three are its packets here.
// Addresses are ranks on axes made of all addresses that are named, so that both families are one axis of small integers.
import { addressAt, parseInterval, printAddress, printEndpoint } from './address';
import { cellOf, createAddressAxis, intervalBetween, ranksOf, WHOLE_FAMILY, type AddressAxis } from './address-axis';
import { printArrival, type Arrival } from './arrivals';
import type { AddressInterval, Packet, PortInterval } from './topology';

export const BALANCED_PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;
export type BalancedProtocol = (typeof BALANCED_PROTOCOLS)[number];
export const EVERY_PROTOCOL = 0b111;

/** What a match takes: one of each of these. `protocols` has a bit for each of BALANCED_PROTOCOLS. */
export type PacketSet = {
  arrivals: readonly Arrival[];
  protocols: number;
  addresses: AddressInterval;
  ports: readonly PortInterval[];
  /** Absent = from anywhere. */
  source?: AddressInterval | undefined;
};
/** Half-open ranks `[from, to)` of destination, port (itself) and source, six numbers in this order. */
export type PacketBox = { arrival: number; protocols: number; spans: Spans };
export type Spans = readonly [number, number, number, number, number, number];
export type PacketSpace = {
  arrivals: Arrival[];
  /** Sets of one origin share the very list, so that its positions are looked up once. */
  arrivalPositions: ReadonlyMap<readonly Arrival[], number[]>;
  destinations: AddressAxis;
  sources: AddressAxis;
};

/** The axes on which all of `sets` can be told apart. */
export function createPacketSpace(sets: readonly PacketSet[]): PacketSpace {
  const lists = new Set(sets.map((set) => set.arrivals));
  const arrivals = [...new Map([...lists].flat().map((arrival) => [keyOf(arrival), arrival])).values()];
  return {
    arrivals,
    arrivalPositions: new Map([...lists].map((list) => [list, positionsOf(arrivals, list)])),
    destinations: createAddressAxis(sets.map(({ addresses }) => addresses)),
    sources: createAddressAxis([WHOLE_FAMILY[4], WHOLE_FAMILY[6], ...sets.flatMap(({ source }) => source ?? [])]),
  };
}

function keyOf({ director = '', interface: device }: Arrival): string {
  return `${director} ${device}`;
}

/** Those that the space knows: where nothing arrives nothing is claimed. */
function positionsOf(arrivals: readonly Arrival[], some: readonly Arrival[]): number[] {
  return some
    .map((arrival) => arrivals.findIndex((other) => keyOf(other) === keyOf(arrival)))
    .filter((position) => position >= 0);
}

/** A set of several ports is several boxes; a source of the other family is none. */
export function toBoxes(space: PacketSpace, set: PacketSet): PacketBox[] {
  const { family } = set.addresses;
  const source = set.source ?? WHOLE_FAMILY[family];
  if (source.family !== family) return [];
  const [from, to] = ranksOf(space.destinations, set.addresses);
  const [sourceFrom, sourceTo] = ranksOf(space.sources, source);
  const positions = space.arrivalPositions.get(set.arrivals) ?? positionsOf(space.arrivals, set.arrivals);
  return positions.flatMap((arrival) =>
    set.ports.map(({ first, last }): PacketBox => ({
      arrival,
      protocols: set.protocols,
      spans: [from, to, first, last + 1, sourceFrom, sourceTo],
    })),
  );
}

export function addressesOf(space: PacketSpace, { spans }: PacketBox): AddressInterval {
  return intervalBetween(space.destinations, spans[0], spans[1]);
}

export function portsOf({ spans }: PacketBox): PortInterval {
  return { first: spans[2], last: spans[3] - 1 };
}

/** Undefined = from anywhere. */
export function sourceOf(space: PacketSpace, { spans }: PacketBox): AddressInterval | undefined {
  const interval = intervalBetween(space.sources, spans[4], spans[5]);
  const whole = WHOLE_FAMILY[interval.family];
  return interval.first === whole.first && interval.last === whole.last ? undefined : interval;
}

export function protocolsOf({ protocols }: PacketBox): BalancedProtocol[] {
  return BALANCED_PROTOCOLS.filter((_, bit) => (protocols & (1 << bit)) !== 0);
}

/** The smallest box of the axes that holds the packet; undefined when nothing claims packets there. */
export function boxOfPacket(space: PacketSpace, packet: Packet): PacketBox | undefined {
  const bit = BALANCED_PROTOCOLS.findIndex((protocol) => protocol === packet.protocol);
  const [arrival] = positionsOf(space.arrivals, [packet]);
  const destination = cellOf(space.destinations, packet.destination);
  const source = packet.source
    ? cellOf(space.sources, packet.source)
    : ranksOf(space.sources, WHOLE_FAMILY[packet.destination.family]);
  const port = packet.destinationPort ?? 0;
  if (bit < 0 || arrival === undefined || !destination || !source) return undefined;
  return { arrival, protocols: 1 << bit, spans: [...destination, port, port + 1, ...source] };
}

/** What somebody outside could have; the first of them that is in an interval is shown. */
const SAMPLE_SOURCES = ['203.0.113.9', '198.51.100.9', '192.0.2.9', '9.9.9.9', '2001:db8:ffff::9', '2600::9'].flatMap(
  (text) => {
    const read = parseInterval(text);
    return read.ok ? [read.value.interval] : [];
  },
);

/** A packet that is truly in the box, to port 80 when it can be. It has a source only where the source matters. */
export function witnessOf(space: PacketSpace, box: PacketBox): Packet {
  const { family, first } = addressesOf(space, box);
  const ports = portsOf(box);
  const source = sourceOf(space, box);
  const arrival = space.arrivals[box.arrival] ?? { interface: '' };
  return {
    destination: addressAt(family, first),
    protocol: protocolsOf(box)[0] ?? 'tcp',
    destinationPort: ports.first <= 80 && 80 <= ports.last ? 80 : ports.first,
    ...(source && { source: addressAt(source.family, sampleOf(source)) }),
    ...arrival,
  };
}

function sampleOf({ family, first, last }: AddressInterval): bigint {
  const sample = SAMPLE_SOURCES.find((each) => each.family === family && first <= each.first && each.first <= last);
  return sample?.first ?? first;
}

/** `tcp 192.168.0.0:80 from 203.0.113.9 on eth0`. */
export function printPacket(packet: Packet): string {
  const { protocol, destination, destinationPort, source } = packet;
  const to =
    destinationPort === undefined
      ? printAddress(destination.family, destination.value)
      : printEndpoint(destination, destinationPort);
  return `${protocol} ${to}${source ? ` from ${source.text}` : ''}${printArrival(packet)}`;
}
