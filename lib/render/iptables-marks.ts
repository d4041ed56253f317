// The marks of one family for iptables: rules of the chain LVS-CONSOLE, and the sets of ipset that they ask.
import { intervalToCidrs } from '../core/address';
import { OWNED, type IpSet } from '../core/kernel-state';
import type { MarkMap, PortMap } from '../parse/mark-map';
import { forEachPrefix } from './map-prefixes';
import type { MarkLayout, MarkStep } from './mark-layout';
import { chunksOf, rulesOfItem, type MarkRule } from './mark-rules';
import type { SetRule } from './print-mark-rule';
import { isInSet, setEntriesOf } from './set-entries';

export type ChainRule = MarkRule | SetRule;
export type IptablesMarks = { rules: ChainRule[]; sets: IpSet[] };
type FlatLayout = Extract<MarkLayout, { kind: 'flat' }>;

/** A limit, not a size: the kernel grows a set as it fills. One for all, so that a set can be exchanged for any other. */
const MOST_ENTRIES = 1_048_576;
const MOST_WIDE_RULES = 64;

/** Undefined when sets cannot hold the layout; the plain one can always be had. */
export function iptablesMarksOf(layout: MarkLayout): IptablesMarks | undefined {
  if (layout.kind === 'flat') return flatMarks(layout);
  const { items, family } = layout;
  return { rules: items.flatMap((item) => rulesOfItem(item, family)), sets: [] };
}

function flatMarks({ steps, maps, family }: FlatLayout): IptablesMarks | undefined {
  const sets = maps.map((map): IpSet => ({
    name: setName(map),
    type: map.kind === 'address' ? 'hash:net' : 'hash:net,port',
    options: `family ${family === 4 ? 'inet' : 'inet6'} maxelem ${MOST_ENTRIES} skbinfo`,
    entries: setEntriesOf(map),
  }));
  if (sets.some(({ entries }) => entries.length > MOST_ENTRIES)) return undefined;
  const rules: ChainRule[] = [];
  for (const step of steps) {
    const wide = step.map.kind === 'address' ? [] : wideRules(step, step.map);
    if (wide.length > MOST_WIDE_RULES) return undefined;
    rules.push(...setRules(step), ...wide);
  }
  return { rules, sets };
}

export function setName({ name }: MarkMap): string {
  return `${OWNED.ipSetPrefix}-${name}`;
}

function setRules(step: MarkStep): SetRule[] {
  const { map, packets } = step;
  const rule = { family: map.family, interface: step.interface, set: setName(map) };
  return sourcesOf(step).flatMap((source) =>
    chunksOf(packets, map.family).map((chunk): SetRule => ({
      ...rule,
      ...source,
      ...chunk,
      directions: map.kind === 'address' ? 'dst' : 'dst,dst',
    })),
  );
}

/** They share no packet with the entries of the set, so that they may stand behind it. */
function wideRules(step: MarkStep, map: PortMap): MarkRule[] {
  const rules: MarkRule[] = [];
  const sources = sourcesOf(step);
  forEachPrefix(map, (destination, at) => {
    if (isInSet(map, at) || rules.length > MOST_WIDE_RULES) return;
    const ports = [{ first: map.firstPorts[at] ?? 0, last: map.lastPorts[at] ?? 0 }];
    const rule = { family: map.family, interface: step.interface, destination: withLength(destination, map), ports };
    for (const source of sources) {
      rules.push({ ...rule, ...source, group: '', mark: map.marks[at] ?? 0, protocol: map.protocols[at] ?? 'tcp' });
    }
  });
  return rules;
}

function sourcesOf({ sources }: MarkStep): { source?: string }[] {
  return sources?.flatMap(intervalToCidrs).map((source) => ({ source })) ?? [{}];
}

/** iptables-save writes the length of a single address, ipset does not. */
function withLength(prefix: string, { family }: MarkMap): string {
  return prefix.includes('/') ? prefix : `${prefix}/${family === 4 ? 32 : 128}`;
}
