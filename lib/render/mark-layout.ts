// How the marks of one family are laid out: a rule each while they are few, lookups in maps when they are many.
import { printInterval } from '../core/address';
import type { AddressInterval, Director, Family, Topology } from '../core/topology';
import { haveSameEntries, type AddressMap, type MarkMap, type PacketClass } from '../parse/mark-map';
import { addressAxisOf, addressMapOf, paintMarks, type AddressAxis } from './address-axis';
import { markColumnsOf, type MarkColumns } from './mark-columns';
import { markItemsOf, type MarkItem } from './mark-items';
import { portAtomsOf, sourceAtomsOf, type SourceAtom } from './packet-atoms';
import { portBoxesOf, type PortClaim } from './port-boxes';

/** One lookup: these packets get the mark that `map` has for them, and keep the one they have when it has none. */
export type MarkStep = {
  interface: string;
  /** Ascending and apart; absent = from anywhere. */
  sources?: AddressInterval[];
  packets: PacketClass;
  map: MarkMap;
};
export type MarkLayout =
  | { kind: 'plain'; family: Family; items: MarkItem[] }
  | { kind: 'flat'; family: Family; steps: MarkStep[]; maps: MarkMap[] };

/** From so many plain rules on lookups are cheaper (measured: bench classify). */
export const FLAT_FROM = 30;
/** A packet meets every step; above this many lookups the plain rules are not worse. */
const MOST_STEPS = 64;
/** More kinds of ports than these are looked up with the address in one map, instead of in a map a kind. */
const MOST_PORT_CLASSES = 16;
const MOST_SOURCES = 16;

/** `from`: Infinity where the host has no sets. The same packets get the same marks in either layout. */
export function markLayoutOf(
  topology: Topology,
  director: Director,
  family: Family,
  { from = FLAT_FROM }: { from?: number } = {},
): MarkLayout {
  const steps = from === Infinity ? undefined : flatSteps(topology, director, family, from);
  if (!steps) return { kind: 'plain', family, items: markItemsOf(topology, director, family) };
  return { kind: 'flat', family, steps, maps: [...new Set(steps.map(({ map }) => map))] };
}

/** Interfaces share no packet, so each stands for itself. Undefined where lookups do not pay. */
function flatSteps(topology: Topology, director: Director, family: Family, from: number): MarkStep[] | undefined {
  const { columns, ruleCount } = markColumnsOf(topology, director, family);
  if (ruleCount < from) return undefined;
  const steps: MarkStep[] = [];
  for (const each of columns) {
    const found = stepsOfInterface(each);
    if (!found) return undefined;
    steps.push(...found);
  }
  if (steps.length > MOST_STEPS || (from > 0 && steps.length >= ruleCount)) return undefined;
  return nameMaps(shareMaps(steps));
}

type Field = MarkColumns & { axis: AddressAxis };

/**
 * From the general to the special: every packet, each class of ports, ICMP errors; then the same for each source. Parts
 * of one kind share no packet, so only "is it already marked so by a more general step" must be asked.
 */
function stepsOfInterface(columns: MarkColumns): MarkStep[] | undefined {
  const field: Field = { ...columns, axis: addressAxisOf(columns.intervals, columns.family) };
  const sources = sourceAtomsOf(columns.sources, columns.family);
  if (sources.length > MOST_SOURCES) return undefined;
  const steps: MarkStep[] = [];
  const anywhere = addSteps(field, undefined, undefined, steps);
  if (!anywhere) return undefined;
  for (const source of sources) if (!addSteps(field, source, anywhere, steps)) return undefined;
  return steps;
}

function keyOf({ protocol, ports }: PacketClass): string {
  return ports ? `${protocol} ${ports.map(({ first, last }) => `${first}-${last}`).join(',')}` : protocol;
}

/** What steps without a source gave: by class of packets, and for every other packet. */
type Given = { any: Int32Array; icmp: Int32Array; atoms: Int32Array[] };

function addSteps(
  field: Field,
  source: SourceAtom | undefined,
  anywhere: Given | undefined,
  steps: MarkStep[],
): Given | undefined {
  const { axis, marks, classOf, sourceOf, classes, family, device } = field;
  const isFrom = (at: number) => sourceOf[at] === -1 || (source?.members.has(sourceOf[at] ?? -1) ?? false);
  const paint = (takes: (place: number) => boolean) => {
    const taken = classes.map(({ protocol }, place) => protocol === 'any' || takes(place));
    return paintMarks(axis, marks, (at) => taken[classOf[at] ?? 0] === true && isFrom(at));
  };
  const from = source && { sources: source.sources };
  const add = (packets: PacketClass, wanted: Int32Array, given: Int32Array | undefined) => {
    const map: AddressMap = { kind: 'address', name: '', family, ...addressMapOf(axis, wanted, given) };
    if (map.marks.length > 0) steps.push({ interface: device, ...from, packets, map });
  };
  const any = paint(() => false);
  add({ protocol: 'any' }, any, anywhere?.any);
  /** What packets of a class have by now: the mark of their class from anywhere, unless the step before gave another. */
  const now = (before: Int32Array | undefined) =>
    before && anywhere ? before.map((mark, cell) => (any[cell] === anywhere.any[cell] ? mark : (any[cell] ?? 0))) : any;
  const isByPort = classes.length <= MOST_PORT_CLASSES;
  if (!isByPort && !addPortStep(field, source, isFrom, steps)) return undefined;
  const atoms = (isByPort ? portAtomsOf(classes) : []).map(({ packets, members }, at) => {
    const wanted = paint((place) => members.has(place));
    add(packets, wanted, now(anywhere?.atoms[at]));
    return wanted;
  });
  const icmp = paint((place) => classes[place]?.protocol === 'icmp');
  add({ protocol: 'icmp' }, icmp, now(anywhere?.icmp));
  return { any, icmp, atoms };
}

/** One lookup of address, protocol and port together. Where a source has a say its boxes are complete: they follow all others. */
function addPortStep(
  { marks, classOf, classes, axis, family, sourceOf, device }: Field,
  source: SourceAtom | undefined,
  isFrom: (at: number) => boolean,
  steps: MarkStep[],
): boolean {
  const claims = marks.flatMap((mark, index): PortClaim[] => {
    const packets = classes[classOf[index] ?? 0];
    return packets && packets.protocol !== 'icmp' && isFrom(index) ? [{ index, mark, packets }] : [];
  });
  const columns = portBoxesOf(
    axis,
    claims,
    MOST_BOXES_PER_ITEM * marks.length,
    source && ((active) => active.some(({ index }) => sourceOf[index] !== -1)),
  );
  if (!columns) return false;
  const map: MarkMap = { kind: 'address-port', name: '', family, ...columns };
  if (map.marks.length > 0) {
    steps.push({ interface: device, ...(source && { sources: source.sources }), packets: { protocol: 'any' }, map });
  }
  return true;
}

const MOST_BOXES_PER_ITEM = 8;

/** Ports and ICMP errors of the same ranges look into one map. */
function shareMaps(steps: MarkStep[]): MarkStep[] {
  const known: AddressMap[] = [];
  return steps.map((step) => {
    const { map } = step;
    if (map.kind !== 'address') return step;
    const same = known.find((other) => haveSameEntries(other, map));
    if (!same) known.push(map);
    return same ? { ...step, map: same } : step;
  });
}

/** After what looks into it first, so that a change of one range changes no name; short, because ipset has 31 letters. */
function nameMaps(steps: MarkStep[]): MarkStep[] {
  const used = new Set<string>();
  for (const { map, interface: device, sources = [], packets } of steps) {
    if (map.name !== '') continue;
    const what = map.kind === 'address-port' ? 'ports' : packets.protocol;
    const base = `v${map.family}-${what}-${shortHash(`${device} ${sources.map(printInterval).join(',')} ${keyOf(packets)}`)}`;
    let name = base;
    for (let again = 2; used.has(name); again += 1) name = `${base}-${again}`;
    used.add(name);
    map.name = name;
  }
  return steps;
}

/** FNV-1a, six hexadecimal digits. */
function shortHash(text: string): string {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return (hash >>> 0).toString(16).padStart(8, '0').slice(0, 6);
}
