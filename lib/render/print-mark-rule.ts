// One mark rule as iptables-save 1.8 prints it back, legacy and nft alike, so that a read-back compares as text.
import { OWNED } from '../core/kernel-state';
import type { PortInterval } from '../core/topology';
import type { MarkRule } from './mark-rules';

export function printMarkRule(rule: MarkRule): string {
  return [
    '-A',
    OWNED.mangleChain,
    ...(rule.destination === '0.0.0.0/0' ? [] : ['-d', rule.destination]),
    '-i',
    rule.interface,
    ...protocolWords(rule),
    '-m comment --comment',
    quoted(`lvs:${rule.group}`),
    `-j MARK --set-xmark 0x${rule.mark.toString(16)}/0xffffffff`,
  ].join(' ');
}

function protocolWords({ protocol, ports, icmpType }: MarkRule): string[] {
  if (protocol === 'any') return [];
  if (icmpType !== undefined) return [`-p ${protocol} -m ${protocol} --icmp-type ${icmpType}`];
  const [first, ...others] = ports ?? [];
  if (!first) return [`-p ${protocol}`];
  if (others.length === 0) return [`-p ${protocol} -m ${protocol} --dport ${printPorts(first)}`];
  return [`-p ${protocol} -m multiport --dports ${[first, ...others].map(printPorts).join(',')}`];
}

function printPorts({ first, last }: PortInterval): string {
  return first === last ? `${first}` : `${first}:${last}`;
}

/** xtables_save_string() of iptables 1.8.9: words of `[A-Za-z0-9_-]` stand bare, in others `"`, `\` and `'` are escaped. */
export function quoted(text: string): string {
  return /^[A-Za-z0-9_-]+$/.test(text) ? text : `"${text.replace(/["\\']/g, '\\$&')}"`;
}
