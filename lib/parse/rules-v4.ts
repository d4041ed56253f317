// Reads the own mark chain back, from a generated rules.v4 or rules.v6 or from iptables-save, so that what was printed can be proven.
import { OWNED } from '../core/kernel-state';
import type { Diagnostic } from '../core/diagnostic';
import { parseInterval } from '../core/address';
import { mergePorts, parsePortInterval } from '../core/ports';
import type { Protocol } from '../core/document';
import type { AddressInterval, Family, PortInterval } from '../core/topology';
import { parseIptablesSave, type FirewallRuleState, type FirewallTable } from './iptables-save';
import { unreadable, type Parsed } from './parsed';

/** What a rule asks of a packet. `icmpType` is set for the ICMP errors that a group marks beside its own packets. */
type Conditions = {
  family: Family;
  interface: string;
  /** Absent = from anywhere. */
  source?: AddressInterval;
  protocol: Protocol | 'icmp';
  ports: PortInterval[] | 'all';
  icmpType?: number;
  line: number;
};
/** `group` is empty where the rule stands for several. */
export type MarkRule = Conditions & { group: string; mark: number; destination: AddressInterval };
/** A rule that asks a set for the mark. */
export type SetRule = Conditions & { set: string; directions: string };
type Fields = Partial<Omit<MarkRule, 'line' | 'ports'>> & { ports?: PortInterval[]; set?: string; directions?: string };
/** Takes the words after the option and answers how many of them belong to it; 0 = they cannot be read. */
type Reader = (fields: Fields, value: string, next: string) => number;

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
export function parseMarkChain(text: string, family: Family = 4): Parsed<(MarkRule | SetRule)[]> {
  const { value: tables, diagnostics } = parseIptablesSave(text);
  const { value, diagnostics: more } = readMarkChain(tables, family);
  return { value, diagnostics: [...diagnostics, ...more] };
}

/** The same of tables that were read before. */
export function readMarkChain(tables: readonly FirewallTable[], family: Family): Parsed<(MarkRule | SetRule)[]> {
  const diagnostics: Diagnostic[] = [];
  const own = tables
    .filter(({ name }) => name === 'mangle')
    .flatMap(({ rules }) => rules.filter(({ chain }) => chain === OWNED.mangleChain));
  const value = own.flatMap((rule) => keepRule(rule, family, diagnostics));
  return { value, diagnostics };
}

/** The rules of the own chain that mark by themselves. */
export function parseMarkRules(text: string, family: Family = 4): Parsed<MarkRule[]> {
  const { value, diagnostics } = parseMarkChain(text, family);
  return { value: value.filter((rule): rule is MarkRule => 'mark' in rule), diagnostics };
}

function keepRule(rule: FirewallRuleState, family: Family, diagnostics: Diagnostic[]): (MarkRule | SetRule)[] {
  const read = readRule(rule, family);
  if (typeof read !== 'string') return [read];
  diagnostics.push(unreadable(TOOL, { number: rule.line, text: rule.text }, read));
  return [];
}

/** Answers why the rule cannot be one of ours. */
function readRule({ text, line }: FirewallRuleState, family: Family): MarkRule | SetRule | string {
  const words = splitWords(text).slice(2);
  const fields: Fields = { family };
  for (let at = 0; at < words.length;) {
    const option = words[at] ?? '';
    const value = words[at + 1];
    const reader = READERS[option];
    if (!reader || (value === undefined && option !== '--map-mark')) return `option ${option} is not one of ours`;
    const taken = reader(fields, value ?? '', words[at + 2] ?? '');
    if (taken === 0) return `${option} ${value ?? ''} cannot be read`;
    at += taken;
  }
  const { group, mark, destination = WHOLE[family], interface: device, source, set, directions } = fields;
  const { protocol = 'any', ports = 'all', icmpType } = fields;
  if (group === undefined || device === undefined) return 'a part is missing';
  const conditions: Conditions = {
    ...{ family, interface: device, protocol, ports, line },
    ...(source && { source }),
    ...(icmpType !== undefined && { icmpType }),
  };
  if (set !== undefined && directions !== undefined && !fields.destination) return { ...conditions, set, directions };
  return mark === undefined ? 'a part is missing' : { ...conditions, group, mark, destination };
}

const WHOLE: Record<Family, AddressInterval> = {
  4: { family: 4, first: 0n, last: (1n << 32n) - 1n },
  6: { family: 6, first: 0n, last: (1n << 128n) - 1n },
};

const ONE_VALUE = 2;
const taken = (isRead: boolean): number => (isRead ? ONE_VALUE : 0);

const readPorts: Reader = (fields, value) => {
  const intervals = value.split(',').map((part) => parsePortInterval(part.replace(':', '-')));
  const read = intervals.flatMap((interval) => (interval.ok ? [interval.value] : []));
  fields.ports = mergePorts(read);
  return taken(read.length === intervals.length);
};

const readIcmpType: Reader = (fields, value) => {
  fields.icmpType = Number(value);
  return taken(/^\d{1,3}$/.test(value));
};

const readAddresses =
  (field: 'source' | 'destination'): Reader =>
  (fields, value) => {
    const read = parseInterval(value);
    if (!read.ok || read.value.interval.family !== fields.family) return 0;
    fields[field] = read.value.interval;
    return taken(read.value.normalisedTo === undefined);
  };

const MATCHES = ['tcp', 'udp', 'sctp', 'icmp', 'icmp6', 'multiport', 'comment', 'iprange', 'set'];

const READERS: Record<string, Reader> = {
  '-s': readAddresses('source'),
  '-d': readAddresses('destination'),
  '--dst-range': readAddresses('destination'),
  '-i': (fields, value) => ((fields.interface = value), ONE_VALUE),
  '-p': (fields, value) => {
    const protocol = PROTOCOLS[value];
    if (protocol) fields.protocol = protocol;
    return taken(protocol !== undefined);
  },
  '-m': (_fields, value) => taken(MATCHES.includes(value)),
  '--dport': readPorts,
  '--dports': readPorts,
  '--icmp-type': readIcmpType,
  '--icmpv6-type': readIcmpType,
  '--comment': (fields, value) => {
    const [, group] = value === OWNED.comment ? ['', ''] : (/^lvs:(.+)$/.exec(value) ?? []);
    if (group !== undefined) fields.group = group;
    return taken(group !== undefined);
  },
  '-j': (_fields, value) => taken(value === 'MARK' || value === 'SET'),
  '--map-set': (fields, value, next) => {
    fields.set = value;
    fields.directions = next;
    return next === 'dst' || next === 'dst,dst' ? 3 : 0;
  },
  '--map-mark': () => 1,
  '--set-xmark': (fields, value) => {
    const [, mark] = /^(0x[0-9a-f]{1,8})\/0xffffffff$/.exec(value) ?? [];
    if (mark !== undefined) fields.mark = Number(mark);
    return taken(mark !== undefined);
  },
};

/** Blanks part words, except inside double quotes as iptables-save writes them. */
export function splitWords(text: string): string[] {
  return [...text.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain ?? '') : quoted.replace(/\\(.)/g, '$1'),
  );
}
