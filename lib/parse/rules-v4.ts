// Reads our own mark rules back, from a generated rules.v4 or from iptables-save, so that what was printed can be proven.
import { OWNED } from '../core/kernel-state';
import type { Diagnostic } from '../core/diagnostic';
import { parseInterval } from '../core/address';
import { mergePorts, parsePortInterval } from '../core/ports';
import type { Protocol } from '../core/document';
import type { AddressInterval, PortInterval } from '../core/topology';
import { parseIptablesSave, type FirewallRuleState } from './iptables-save';
import { unreadable, type Parsed } from './parsed';

/** `icmpType` is set for the ICMP errors that a group of single protocols marks beside its own packets. */
export type MarkRule = {
  group: string;
  mark: number;
  interface: string;
  destination: AddressInterval;
  protocol: Protocol | 'icmp';
  ports: PortInterval[] | 'all';
  icmpType?: number;
  line: number;
};
type Fields = Partial<Omit<MarkRule, 'line' | 'ports'>> & { ports?: PortInterval[] };
/** Takes the option's value and answers whether it could be read. */
type Reader = (fields: Fields, value: string) => boolean;

const TOOL = 'mark-rules';
const PROTOCOLS: Record<string, MarkRule['protocol']> = {
  tcp: 'tcp',
  udp: 'udp',
  sctp: 'sctp',
  icmp: 'icmp',
  icmpv6: 'icmp',
  'ipv6-icmp': 'icmp',
};

/** Only rules of the mangle table's own chain; others are not ours to read. */
export function parseMarkRules(text: string): Parsed<MarkRule[]> {
  const { value: tables, diagnostics } = parseIptablesSave(text);
  const own = tables
    .filter(({ name }) => name === 'mangle')
    .flatMap(({ rules }) => rules.filter(({ chain }) => chain === OWNED.mangleChain));
  const rules = own.flatMap((rule) => keepRule(rule, diagnostics));
  return { value: rules, diagnostics };
}

function keepRule(rule: FirewallRuleState, diagnostics: Diagnostic[]): MarkRule[] {
  const read = readMarkRule(rule);
  if (typeof read !== 'string') return [read];
  diagnostics.push(unreadable(TOOL, { number: rule.line, text: rule.text }, read));
  return [];
}

/** Answers why the rule cannot be one of ours. */
function readMarkRule({ text, line }: FirewallRuleState): MarkRule | string {
  const words = splitWords(text).slice(2);
  const fields: Fields = {};
  for (let at = 0; at < words.length; at += 2) {
    const option = words[at] ?? '';
    const value = words[at + 1];
    const reader = READERS[option];
    if (value === undefined || !reader) return `option ${option} is not one of ours`;
    if (!reader(fields, value)) return `${option} ${value} cannot be read`;
  }
  const { group, mark, destination, interface: device, protocol = 'any', ports = 'all', icmpType } = fields;
  if (group === undefined || mark === undefined || !destination || device === undefined) return 'a part is missing';
  const rule: MarkRule = { group, mark, interface: device, destination, protocol, ports, line };
  return icmpType === undefined ? rule : { ...rule, icmpType };
}

const readPorts: Reader = (fields, value) => {
  const intervals = value.split(',').map((part) => parsePortInterval(part.replace(':', '-')));
  const read = intervals.flatMap((interval) => (interval.ok ? [interval.value] : []));
  fields.ports = mergePorts(read);
  return read.length === intervals.length;
};

const readIcmpType: Reader = (fields, value) => {
  fields.icmpType = Number(value);
  return /^\d{1,3}$/.test(value);
};

const READERS: Record<string, Reader> = {
  '-d': (fields, value) => {
    const read = parseInterval(value);
    if (read.ok) fields.destination = read.value.interval;
    return read.ok && read.value.normalisedTo === undefined;
  },
  '-i': (fields, value) => ((fields.interface = value), true),
  '-p': (fields, value) => {
    const protocol = PROTOCOLS[value];
    if (protocol) fields.protocol = protocol;
    return protocol !== undefined;
  },
  '-m': (_fields, value) =>
    ['tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'multiport', 'comment', 'iprange', 'set'].includes(value),
  '--dst-range': (fields, value) => {
    const read = parseInterval(value);
    if (read.ok) fields.destination = read.value.interval;
    return read.ok;
  },
  '--dport': readPorts,
  '--dports': readPorts,
  '--icmp-type': readIcmpType,
  '--icmpv6-type': readIcmpType,
  '--comment': (fields, value) => {
    const [, group] = /^lvs:(.+)$/.exec(value) ?? [];
    if (group !== undefined) fields.group = group;
    return group !== undefined;
  },
  '-j': (_fields, value) => value === 'MARK',
  '--set-xmark': (fields, value) => {
    const [, mark] = /^(0x[0-9a-f]{1,8})\/0xffffffff$/.exec(value) ?? [];
    if (mark !== undefined) fields.mark = Number(mark);
    return mark !== undefined;
  },
};

/** Blanks part words, except inside double quotes as iptables-save writes them. */
function splitWords(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}
