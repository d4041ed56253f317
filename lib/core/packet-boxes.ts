// Intersection and subtraction of packet boxes; subtraction is a sweep over one axis after the other, so that it stays
// near-linear where holes lie side by side.
import { BALANCED_PROTOCOLS, type PacketBox, type Spans } from './packet-set';

type Axis = 0 | 2 | 4;
/** Where the end of a span stands beside its start. */
const END = { 0: 1, 2: 3, 4: 5 } as const;

export function doBoxesMeet(a: PacketBox, b: PacketBox): boolean {
  return (
    a.arrival === b.arrival &&
    (a.protocols & b.protocols) !== 0 &&
    a.spans[0] < b.spans[1] &&
    b.spans[0] < a.spans[1] &&
    a.spans[2] < b.spans[3] &&
    b.spans[2] < a.spans[3] &&
    a.spans[4] < b.spans[5] &&
    b.spans[4] < a.spans[5]
  );
}

export function intersectBoxes(a: PacketBox, b: PacketBox): PacketBox | undefined {
  if (!doBoxesMeet(a, b)) return undefined;
  const [from, to] = [Math.max, Math.min];
  const spans: Spans = [
    from(a.spans[0], b.spans[0]),
    to(a.spans[1], b.spans[1]),
    from(a.spans[2], b.spans[2]),
    to(a.spans[3], b.spans[3]),
    from(a.spans[4], b.spans[4]),
    to(a.spans[5], b.spans[5]),
  ];
  return { arrival: a.arrival, protocols: a.protocols & b.protocols, spans };
}

export function covers(outer: PacketBox, inner: PacketBox): boolean {
  return (
    outer.arrival === inner.arrival &&
    (inner.protocols & ~outer.protocols) === 0 &&
    coversOn(outer, inner, 0) &&
    coversOn(outer, inner, 2) &&
    coversOn(outer, inner, 4)
  );
}

function coversOn(outer: PacketBox, inner: PacketBox, axis: Axis): boolean {
  return outer.spans[axis] <= inner.spans[axis] && inner.spans[END[axis]] <= outer.spans[END[axis]];
}

/** What of `box` is in none of `holes`, as disjoint boxes; at most about `limit` of them when one is enough. */
export function subtractBoxes(box: PacketBox, holes: readonly PacketBox[], limit = Infinity): PacketBox[] {
  const meeting = holes.filter((hole) => doBoxesMeet(box, hole));
  if (meeting.some((hole) => covers(hole, box))) return [];
  return protocolClasses(box.protocols, meeting).flatMap((protocols) =>
    sweep(
      { ...box, protocols },
      meeting.filter((hole) => (hole.protocols & protocols) !== 0),
      0,
      limit,
    ),
  );
}

/** Protocols that every hole takes or leaves together need one sweep only. */
function protocolClasses(protocols: number, holes: readonly PacketBox[]): number[] {
  const bits = BALANCED_PROTOCOLS.map((_, bit) => 1 << bit).filter((bit) => (protocols & bit) !== 0);
  return bits.reduce<number[]>((classes, bit) => {
    const at = classes.findIndex((others) =>
      holes.every((hole) => ((hole.protocols & bit) !== 0) === ((hole.protocols & others) !== 0)),
    );
    return at < 0 ? [...classes, bit] : classes.with(at, (classes[at] ?? 0) | bit);
  }, []);
}

function sweep(box: PacketBox, holes: readonly PacketBox[], axis: 0 | 2 | 4 | 6, limit: number): PacketBox[] {
  if (holes.length === 0) return [box];
  if (axis === 6) return [];
  const next = (axis + 2) as 2 | 4 | 6;
  if (holes.every((hole) => coversOn(hole, box, axis))) return sweep(box, holes, next, limit);
  const pieces: PacketBox[] = [];
  let open = 0;
  for (const { from, to, active } of slabsOf(box, holes, axis)) {
    const rest = sweep(withSpan(box, axis, from, to), active, next, limit);
    if (areContinued(pieces, open, rest, axis)) {
      const extended = pieces.splice(open).map((piece) => withSpan(piece, axis, piece.spans[axis], to));
      pieces.push(...extended);
    } else {
      open = pieces.length;
      for (const piece of rest) pieces.push(piece);
    }
    if (pieces.length >= limit) return pieces;
  }
  return pieces;
}

/** The parts of the box between two neighbouring ends of holes, with the holes that cover each. */
function* slabsOf(box: PacketBox, holes: readonly PacketBox[], axis: Axis) {
  const end = box.spans[END[axis]];
  const opening = holes.toSorted((a, b) => a.spans[axis] - b.spans[axis]);
  const closing = holes.toSorted((a, b) => a.spans[END[axis]] - b.spans[END[axis]]);
  const active = new Set<PacketBox>();
  let [opened, closed] = [0, 0];
  for (let from = box.spans[axis]; from < end;) {
    for (let hole = opening[opened]; hole && hole.spans[axis] <= from; hole = opening[opened]) {
      active.add(hole);
      opened += 1;
    }
    for (let hole = closing[closed]; hole && hole.spans[END[axis]] <= from; hole = closing[closed]) {
      active.delete(hole);
      closed += 1;
    }
    const to = Math.min(end, opening[opened]?.spans[axis] ?? end, closing[closed]?.spans[END[axis]] ?? end);
    yield { from, to, active: [...active] };
    from = to;
  }
}

/** True when the pieces from `open` on go on unchanged in the next slab, so that they are one piece with it. */
function areContinued(pieces: readonly PacketBox[], open: number, rest: readonly PacketBox[], axis: Axis): boolean {
  if (rest.length === 0 || pieces.length - open !== rest.length) return false;
  return rest.every(({ spans }, at) => {
    const before = pieces[open + at]?.spans;
    return spans.every((value, index) =>
      index === axis ? before?.[END[axis]] === value : index === END[axis] || before?.[index] === value,
    );
  });
}

function withSpan(box: PacketBox, axis: Axis, from: number, to: number): PacketBox {
  const spans = [...box.spans] as [number, number, number, number, number, number];
  spans[axis] = from;
  spans[END[axis]] = to;
  return { ...box, spans };
}
