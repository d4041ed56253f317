// Address x protocol x port, cut into boxes that share no packet, each with the mark of the last group that takes it.
/* eslint-disable @typescript-eslint/no-non-null-assertion -- cells and ranks come from the arrays that they index */
import { ALL_PORTS } from '../core/ports';
import type { PortInterval } from '../core/topology';
import { before, type AddressValue, type PortMap, type PacketClass } from '../parse/mark-map';
import type { AddressAxis } from './address-axis';

/** What takes an address: in the order of the rules. `any` packets only matter as what hides earlier ports. */
export type PortClaim = { index: number; mark: number; packets: PacketClass };
type Columns = Pick<PortMap, 'firsts' | 'lasts' | 'protocols' | 'firstPorts' | 'lastPorts' | 'marks'>;
type Protocol = PortMap['protocols'][number];
/** Of one cell: protocol, first port, last port and mark of each box. */
type Box = { protocol: Protocol; ports: PortInterval; mark: number };

const PROTOCOLS: readonly Protocol[] = ['tcp', 'udp', 'sctp'];

/**
 * Undefined when more than `limit` boxes come out, or when finding them is no longer near-linear: then nothing is flat about
 * it. Boxes stand only where they give another mark than the last `any` claim there; with `isComplete` wherever it holds.
 */
export function portBoxesOf(
  axis: AddressAxis,
  claims: readonly PortClaim[],
  limit: number,
  isComplete?: (active: readonly PortClaim[]) => boolean,
): Columns | undefined {
  const columns: Columns = { firsts: [], lasts: [], protocols: [], firstPorts: [], lastPorts: [], marks: [] };
  const active = new Map<number, PortClaim>();
  let open: { boxes: Box[]; at: number } = { boxes: [], at: 0 };
  let work = 0;
  for (const { cell, starting, ending } of changesOf(axis, claims)) {
    for (const { index } of ending) active.delete(index);
    for (const claim of starting) active.set(claim.index, claim);
    const now = [...active.values()].sort((a, b) => a.index - b.index);
    const boxes = isComplete ? (isComplete(now) ? boxesOfCell(now, true) : []) : boxesOfCell(now, false);
    work += now.length;
    if (isSame(boxes, open.boxes)) continue;
    for (let at = open.at; at < columns.firsts.length; at += 1) columns.lasts.push(before(axis.cuts[cell]!));
    open = { boxes, at: columns.firsts.length };
    for (const box of boxes) pushBox(columns, axis.cuts[cell]!, box);
    if (columns.firsts.length > limit || work > WORK_PER_BOX * limit) return undefined;
  }
  return columns;
}

/** Cells that few claims share cost about as much as they give. */
const WORK_PER_BOX = 64;

type Change = { cell: number; starting: PortClaim[]; ending: PortClaim[] };

function changesOf({ from, to }: AddressAxis, claims: readonly PortClaim[]): Change[] {
  const changes = new Map<number, Change>();
  const at = (cell: number) => {
    const present = changes.get(cell) ?? { cell, starting: [], ending: [] };
    changes.set(cell, present);
    return present;
  };
  for (const claim of claims) {
    at(from[claim.index]!).starting.push(claim);
    at(to[claim.index]!).ending.push(claim);
  }
  return [...changes.values()].sort((a, b) => a.cell - b.cell);
}

function boxesOfCell(active: readonly PortClaim[], isComplete: boolean): Box[] {
  const hiding = isComplete ? -1 : active.findLastIndex(({ packets }) => packets.protocol === 'any');
  const base = active[hiding]?.mark ?? 0;
  return PROTOCOLS.flatMap((protocol) => {
    const claims = active.flatMap(({ packets, mark }, at) =>
      at > hiding && (packets.protocol === protocol || packets.protocol === 'any')
        ? (packets.ports ?? [ALL_PORTS]).map((ports) => ({ ports, mark }))
        : [],
    );
    return segmentsOf(claims)
      .filter(({ mark }) => mark !== base)
      .map((segment) => ({ protocol, ...segment }));
  });
}

/** The last claim on a port wins; neighbours with one mark are one segment. */
function segmentsOf(claims: readonly { ports: PortInterval; mark: number }[]): Omit<Box, 'protocol'>[] {
  const cuts = [...new Set(claims.flatMap(({ ports }) => [ports.first, ports.last + 1]))].sort((a, b) => a - b);
  const rankOf = new Map(cuts.map((cut, rank) => [cut, rank]));
  const marks = new Array<number>(Math.max(cuts.length - 1, 0)).fill(0);
  for (const { ports, mark } of claims) marks.fill(mark, rankOf.get(ports.first), rankOf.get(ports.last + 1));
  const segments: Omit<Box, 'protocol'>[] = [];
  for (const [at, mark] of marks.entries()) {
    const [first, last] = [cuts[at]!, cuts[at + 1]! - 1];
    const previous = segments.at(-1);
    if (mark === 0) continue;
    if (previous?.mark === mark && previous.ports.last === first - 1) previous.ports.last = last;
    else segments.push({ ports: { first, last }, mark });
  }
  return segments;
}

function isSame(some: readonly Box[], others: readonly Box[]): boolean {
  return (
    some.length === others.length &&
    some.every(({ protocol, ports, mark }, at) => {
      const other = others[at]!;
      return (
        protocol === other.protocol &&
        mark === other.mark &&
        ports.first === other.ports.first &&
        ports.last === other.ports.last
      );
    })
  );
}

function pushBox(columns: Columns, first: AddressValue, { protocol, ports, mark }: Box): void {
  columns.firsts.push(first);
  columns.protocols.push(protocol);
  columns.firstPorts.push(ports.first);
  columns.lastPorts.push(ports.last);
  columns.marks.push(mark);
}
