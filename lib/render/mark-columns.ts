// The marks of one family by interface, in columns: what a layout for a hundred thousand ranges is computed from.
import { printInterval } from '../core/address';
import type { AddressInterval, Director, Family, Match, PortInterval, Topology } from '../core/topology';
import type { PacketClass } from '../parse/mark-map';
import { forEachMark, ICMP } from './mark-items';
import { chunksOf } from './mark-rules';

/** Row n is what one match marks, or the ICMP errors of its range; a later row wins. */
export type MarkColumns = {
  device: string;
  family: Family;
  intervals: AddressInterval[];
  marks: number[];
  /** Places in `classes`, and in `sources` or -1 for from anywhere. */
  classOf: number[];
  sourceOf: number[];
  classes: PacketClass[];
  sources: AddressInterval[];
};

/** `ruleCount`: how many rules the plain layout has. */
export function markColumnsOf(
  topology: Topology,
  director: Director,
  family: Family,
): { columns: MarkColumns[]; ruleCount: number } {
  const byDevice = new Map<string, { columns: MarkColumns; kinds: Kinds }>();
  let open: ReturnType<typeof emptyColumns> | undefined;
  let ruleCount = 0;
  forEachMark(topology, director, family, ({ mark }, match, device, isErrors) => {
    if (device !== open?.columns.device) {
      open = byDevice.get(device) ?? emptyColumns(device, family);
      byDevice.set(device, open);
    }
    const { columns, kinds } = open;
    const place = isErrors ? kinds.place(ICMP.protocol, undefined) : kinds.place(match.protocol, match.ports);
    columns.intervals.push(match.range.interval);
    columns.marks.push(mark);
    columns.classOf.push(place);
    columns.sourceOf.push(isErrors ? -1 : kinds.source(match.source));
    ruleCount +=
      match.range.cidrs.length * (kinds.rules[place] ?? 1) * (isErrors ? 1 : (match.source?.cidrs.length ?? 1));
  });
  return { columns: [...byDevice.values()].map(({ columns }) => columns), ruleCount };
}

function emptyColumns(device: string, family: Family): { columns: MarkColumns; kinds: Kinds } {
  const kinds = new Kinds(family);
  const { classes, sources } = kinds;
  return { kinds, columns: { device, family, intervals: [], marks: [], classOf: [], sourceOf: [], classes, sources } };
}

type PortTree = { place?: number; next: Map<number, PortTree> };

/** Equal conditions get one place; without a text for each, because there are many. */
class Kinds {
  readonly classes: PacketClass[] = [];
  readonly sources: AddressInterval[] = [];
  /** How many plain rules each class takes. */
  readonly rules: number[] = [];
  readonly #roots = new Map<string, PortTree>();
  readonly #sourcePlaces = new Map<string, number>();
  readonly #family: Family;
  /** Mostly a match asks the same as the one before. */
  #last: { protocol: PacketClass['protocol']; ports: Match['ports'] | undefined; place: number } | undefined;

  constructor(family: Family) {
    this.#family = family;
  }

  place(protocol: PacketClass['protocol'], ports: Match['ports'] | undefined): number {
    const last = this.#last;
    if (last?.protocol === protocol && isSamePorts(last.ports, ports)) return last.place;
    this.#last = { protocol, ports, place: this.#find(protocol, ports) };
    return this.#last.place;
  }

  #find(protocol: PacketClass['protocol'], ports: Match['ports'] | undefined): number {
    let tree = child(this.#roots, protocol);
    const intervals = ports === 'all' || ports === undefined ? undefined : ports;
    for (const { first, last } of intervals ?? []) tree = child(tree.next, first * 65536 + last);
    return (tree.place ??= this.#add(intervals ? { protocol, ports: intervals } : { protocol }));
  }

  source(source: Match['source']): number {
    if (!source) return -1;
    const key = printInterval(source.interval);
    const known = this.#sourcePlaces.get(key);
    if (known !== undefined) return known;
    this.#sourcePlaces.set(key, this.sources.length);
    return this.sources.push(source.interval) - 1;
  }

  #add(packets: PacketClass & { ports?: readonly PortInterval[] }): number {
    this.rules.push(chunksOf(packets, this.#family).length);
    return this.classes.push(packets) - 1;
  }
}

function isSamePorts(a: Match['ports'] | undefined, b: Match['ports'] | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false;
  for (let at = 0; at < a.length; at += 1)
    if (a[at]?.first !== b[at]?.first || a[at]?.last !== b[at]?.last) return false;
  return true;
}

function child<K>(trees: Map<K, PortTree>, key: K): PortTree {
  const known = trees.get(key);
  if (known) return known;
  const made: PortTree = { next: new Map() };
  trees.set(key, made);
  return made;
}
