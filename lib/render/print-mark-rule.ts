// One rule of the chain LVS-CONSOLE as iptables-save 1.8 prints it back, legacy and nft alike, so that a read-back compares as text.
import { OWNED } from '../core/kernel-state';
import type { Family, PortInterval } from '../core/topology';
import type { MarkRule } from './mark-rules';

const EVERYTHING = ['0.0.0.0/0', '::/0'];

/** A rule that asks a set for the mark. `directions` are as many as the set's type has parts. */
export type SetRule = Omit<MarkRule, 'group' | 'mark' | 'destination'> & { set: string; directions: 'dst' | 'dst,dst' };

export function printChainRule(rule: MarkRule | SetRule): string {
  return 'set' in rule ? printSetRule(rule) : printMarkRule(rule);
}

/** A rule that marks by itself, for one group or (group empty) for several. */
export function printMarkRule(rule: MarkRule): string {
  const comment = rule.group === '' ? OWNED.comment : `lvs:${rule.group}`;
  const target = `-j MARK --set-xmark 0x${rule.mark.toString(16)}/0xffffffff`;
  return `${printConditions(rule)} -m comment --comment ${quoted(comment)} ${target}`;
}

function printSetRule({ set, directions, ...conditions }: SetRule): string {
  const target = `-j SET --map-set ${set} ${directions} --map-mark`;
  return `${printConditions(conditions)} -m comment --comment ${OWNED.comment} ${target}`;
}

type Conditions = Omit<MarkRule, 'group' | 'mark' | 'destination'> & { destination?: string };

function printConditions({ source, destination, interface: device, ...packets }: Conditions): string {
  const from = source === undefined || EVERYTHING.includes(source) ? '' : ` -s ${source}`;
  const to = destination === undefined || EVERYTHING.includes(destination) ? '' : ` -d ${destination}`;
  return `-A ${OWNED.mangleChain}${from}${to} -i ${device}${protocolWords(packets)}`;
}

function protocolWords({
  family,
  protocol,
  ports,
  icmpType,
}: Pick<MarkRule, 'family' | 'protocol' | 'ports' | 'icmpType'>) {
  if (protocol === 'any') return '';
  if (icmpType !== undefined) return ICMP_WORDS[family] + String(icmpType);
  const [first, ...others] = ports ?? [];
  if (!first) return ` -p ${protocol}`;
  if (others.length === 0) return ` -p ${protocol} -m ${protocol} --dport ${printPorts(first)}`;
  return ` -p ${protocol} -m multiport --dports ${[first, ...others].map(printPorts).join(',')}`;
}

const ICMP_WORDS: Record<Family, string> = {
  4: ' -p icmp -m icmp --icmp-type ',
  6: ' -p ipv6-icmp -m icmp6 --icmpv6-type ',
};

function printPorts({ first, last }: PortInterval): string {
  return first === last ? `${first}` : `${first}:${last}`;
}

/** xtables_save_string() of iptables 1.8.9: words of `[A-Za-z0-9_-]` stand bare, in others `"`, `\` and `'` are escaped. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}
