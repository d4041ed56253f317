// Conditions that overlap, cut into parts that do not: ports by protocol, and sources. Rules over such parts may stand in any order.
import { ALL_PORTS } from '../core/ports';
import type { AddressInterval, Family, PortInterval } from '../core/topology';
import type { PacketClass } from '../parse/mark-map';

/** `members`: positions of the conditions, in the given list, that take all of the part; the others take nothing of it. */
export type PortAtom = { packets: PacketClass; members: ReadonlySet<number> };
export type SourceAtom = { sources: AddressInterval[]; members: ReadonlySet<number> };

const PROTOCOLS = ['tcp', 'udp', 'sctp'] as const;

/** `any` and `icmp` are no conditions on ports and belong to no atom. */
export function portAtomsOf(classes: readonly PacketClass[]): PortAtom[] {
  return PROTOCOLS.flatMap((protocol) => {
    const spans = classes.flatMap((packets, member) =>
      packets.protocol !== protocol
        ? []
        : (packets.ports ?? [ALL_PORTS]).map(({ first, last }) => ({ member, from: first, to: last + 1 })),
    );
    return segmentsByMembers(spans).map(({ members, segments }) => {
      const ports = segments.map(({ from, to }): PortInterval => ({ first: from, last: to - 1 }));
      const isAll = ports[0]?.first === ALL_PORTS.first && ports[0].last === ALL_PORTS.last;
      return { packets: isAll ? { protocol } : { protocol, ports }, members };
    });
  });
}

export function sourceAtomsOf(sources: readonly AddressInterval[], family: Family): SourceAtom[] {
  const cuts = [...new Set(sources.flatMap(({ first, last }) => [first, last + 1n]))].sort((a, b) => (a < b ? -1 : 1));
  const rankOf = new Map(cuts.map((cut, rank) => [cut, rank]));
  const spans = sources.map(({ first, last }, member) => ({
    member,
    from: rankOf.get(first) ?? 0,
    to: rankOf.get(last + 1n) ?? 0,
  }));
  return segmentsByMembers(spans).map(({ members, segments }) => ({
    members,
    sources: segments.map(({ from, to }) => ({ family, first: cuts[from] ?? 0n, last: (cuts[to] ?? 1n) - 1n })),
  }));
}

type Span = { member: number; from: number; to: number };
type Segments = { members: ReadonlySet<number>; segments: { from: number; to: number }[] };

/** Half-open segments of the line, gathered by who covers them; neighbours of the same members are one segment. */
function segmentsByMembers(spans: readonly Span[]): Segments[] {
  const cuts = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].sort((a, b) => a - b);
  const found = new Map<string, Segments>();
  for (const [at, from] of cuts.slice(0, -1).entries()) {
    const to = cuts[at + 1] ?? from;
    const members = spans.flatMap((span) => (span.from <= from && to <= span.to ? [span.member] : []));
    if (members.length === 0) continue;
    const key = [...new Set(members)].join(' ');
    const same = found.get(key);
    const last = same?.segments.at(-1);
    if (last?.to === from) last.to = to;
    else if (same) same.segments.push({ from, to });
    else found.set(key, { members: new Set(members), segments: [{ from, to }] });
  }
  return [...found.values()];
}
