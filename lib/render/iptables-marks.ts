// The marks of one family for iptables: rules of the chain LVS-CONSOLE, and the sets of ipset that they ask.
import { forEachIpv4Prefix } from '../core/ipv4';
import { OWNED, type IpSet } from '../core/kernel-state';
import type { AddressMap, MarkMap, PortMap } from '../parse/mark-map';
import { forEachPrefix, ipv6Prefixes } from './map-prefixes';
import type { MarkLayout, MarkStep } from './mark-layout';
import { chunksOf, rulesOfItem } from './mark-rules';
import { printMarkRule, printSetRule } from './print-mark-rule';
import { TextWriter } from './text-writer';

export type IptablesMarks = { rules: string[]; sets: IpSet[] };
type FlatLayout = Extract<MarkLayout, { kind: 'flat' }>;

/** A limit, not a size: the kernel grows a set as it fills. One for all, so that a set can be exchanged for any other. */
const MOST_ENTRIES = 1_048_576;
/** A set has an entry for each single port; a wider interval is cheaper as one rule. */
const WIDEST_IN_SET = 16;
const MOST_WIDE_RULES = 64;

/** Undefined when sets cannot hold the layout; the plain one can always be printed. */
export function iptablesMarksOf(layout: MarkLayout): IptablesMarks | undefined {
  if (layout.kind === 'flat') return flatMarks(layout);
  const { items, family } = layout;
  return { rules: items.flatMap((item) => rulesOfItem(item, family).map((rule) => printMarkRule(rule))), sets: [] };
}

function flatMarks({ steps, maps, family }: FlatLayout): IptablesMarks | undefined {
  const sets = maps.map((map): IpSet => ({
    name: setName(map),
    type: map.kind === 'address' ? 'hash:net' : 'hash:net,port',
    options: `family ${family === 4 ? 'inet' : 'inet6'} maxelem ${MOST_ENTRIES} skbinfo`,
    entries: map.kind === 'address' ? addressEntries(map) : portEntries(map),
  }));
  if (sets.some(({ entries }) => entries.length > MOST_ENTRIES)) return undefined;
  const rules: string[] = [];
  for (const step of steps) {
    const wide = step.map.kind === 'address' ? [] : wideRules(step, step.map);
    if (wide.length > MOST_WIDE_RULES) return undefined;
    rules.push(...lookups(step), ...wide);
  }
  return { rules, sets };
}

function setName({ name }: MarkMap): string {
  return `${OWNED.ipSetPrefix}-${name}`;
}

function addressEntries(map: AddressMap): string[] {
  const writer = new TextWriter();
  const { firsts, lasts, marks, family } = map;
  let tail = '';
  const writeIpv4 = (start: number, length: number) => writer.ipv4Prefix(start, length, false).text(tail);
  for (let at = 0; at < firsts.length; at += 1) {
    const [first = 0, last = 0] = [firsts[at], lasts[at]];
    tail = ` skbmark 0x${(marks[at] ?? 0).toString(16)}\n`;
    if (family === 4) forEachIpv4Prefix(Number(first), Number(last), writeIpv4, 1);
    else for (const prefix of ipv6Prefixes(first, last)) writer.text(prefix).text(tail);
  }
  return writer.toString().trimEnd().split('\n');
}

function portEntries(map: PortMap): string[] {
  const entries: string[] = [];
  forEachPrefix(map, (prefix, at) => {
    const { protocol, first, last, mark } = boxAt(map, at);
    if (!isInSet(map, at)) return;
    for (let port = first; port <= last; port += 1) {
      entries.push(`${prefix},${protocol}:${port} skbmark 0x${mark.toString(16)}`);
    }
  });
  return entries;
}

/** False for what stands in a rule of its own. */
export function isInSet(map: MarkMap, at: number): boolean {
  return map.kind === 'address' || (map.lastPorts[at] ?? 0) - (map.firstPorts[at] ?? 0) < WIDEST_IN_SET;
}

function boxAt({ protocols, firstPorts, lastPorts, marks }: PortMap, at: number) {
  const [protocol = 'tcp', first = 0, last = 0, mark = 0] = [protocols[at], firstPorts[at], lastPorts[at], marks[at]];
  return { protocol, first, last, mark };
}

function lookups(step: MarkStep): string[] {
  const { map, packets } = step;
  const sources: (string | undefined)[] = step.sources ?? [undefined];
  const set = setName(map);
  return sources.flatMap((source) =>
    chunksOf(packets, map.family).map((chunk) => {
      const conditions = { family: map.family, interface: step.interface, ...(source !== undefined && { source }), ...chunk };
      return printSetRule(conditions, set, map.kind === 'address' ? 'dst' : 'dst,dst');
    }),
  );
}

/** They share no packet with the entries of the set, so that they may stand behind it. */
function wideRules(step: MarkStep, map: PortMap): string[] {
  const sources: (string | undefined)[] = step.sources ?? [undefined];
  const rules: string[] = [];
  forEachPrefix(map, (destination, at) => {
    const { protocol, first, last, mark } = boxAt(map, at);
    if (isInSet(map, at) || rules.length > MOST_WIDE_RULES) return;
    for (const source of sources) {
      const from = source === undefined ? {} : { source };
      const rule = { family: map.family, group: '', mark, interface: step.interface, ...from, protocol };
      const printed = { ...rule, destination: withLength(destination, map), ports: [{ first, last }] };
      rules.push(printMarkRule(printed, OWNED.comment));
    }
  });
  return rules;
}

/** iptables-save writes the length of a single address, ipset does not. */
function withLength(prefix: string, { family }: MarkMap): string {
  return prefix.includes('/') ? prefix : `${prefix}/${family === 4 ? 32 : 128}`;
}
