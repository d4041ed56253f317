// The one owned nftables table as text for `nft -f`: declared, deleted and made again in one transaction, so it is replaced as a whole.
import { printInterval } from '../core/address';
import { OWNED } from '../core/kernel-state';
import type { Family } from '../core/topology';
import type { AddressValue, MarkMap, PacketClass } from '../parse/mark-map';
import {
  NFT_HOOKS,
  NFT_ICMP_ERRORS,
  type NftAction,
  type NftChain,
  type NftRule,
  type NftTable,
} from '../parse/nftables-table';
import { TextWriter } from './text-writer';

const TABLE = `table inet ${OWNED.nftablesTable}`;
const IP: Record<Family, string> = { 4: 'ip', 6: 'ip6' };

export function printNftables({ maps, chains }: NftTable): string {
  return `${TABLE}\ndelete ${TABLE}\n${TABLE} {\n${maps.map(printMap).join('')}${chains.map(printChain).join('')}}\n`;
}

function printChain({ name, rules }: NftChain): string {
  return `\tchain ${name} {\n\t\t${NFT_HOOKS[name].text}\n${rules.map((rule) => `\t\t${printNftRule(rule)}\n`).join('')}\t}\n`;
}

/** As `nft list` would write it, without what the kernel adds. */
export function printNftRule({ family = 4, packets, action, comment, ...rule }: NftRule): string {
  return [
    ...(rule.in === undefined ? [] : [`iifname "${rule.in}"`]),
    ...(rule.out === undefined ? [] : [`oifname "${rule.out}"`]),
    ...(rule.source ? [`${IP[family]} saddr ${bracketed(rule.source.map(printInterval))}`] : []),
    ...(rule.destination ? [`${IP[family]} daddr ${printInterval(rule.destination)}`] : []),
    ...(rule.notDestination ? [`${IP[family]} daddr != ${printInterval(rule.notDestination)}`] : []),
    ...packetWords(packets, family),
    printAction(action, family),
    ...(comment === undefined ? [] : [`comment "${comment}"`]),
  ].join(' ');
}

function printAction(action: NftAction, family: Family): string {
  switch (action.do) {
    case 'mark':
      return `meta mark set 0x${hex8(action.mark)}`;
    case 'look-up': {
      const ports = action.by === 'address' ? '' : ' . meta l4proto . th dport';
      return `meta mark set ${IP[family]} daddr${ports} map @${action.map}`;
    }
    case 'masquerade':
      return 'masquerade';
    case 'log':
      return `limit rate ${action.perSecond}/second burst ${action.burst} packets log prefix "${action.prefix}"`;
  }
}

function packetWords({ protocol, ports }: PacketClass, family: Family): string[] {
  if (protocol === 'any') return [];
  if (protocol === 'icmp')
    return [`${family === 4 ? 'icmp' : 'icmpv6'} type { ${NFT_ICMP_ERRORS[family].join(', ')} }`];
  if (!ports) return [`meta l4proto ${protocol}`];
  return [`${protocol} dport ${bracketed(ports.map(({ first, last }) => printPorts(first, last)))}`];
}

function printPorts(first: number, last: number): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

function bracketed(values: readonly string[]): string {
  return values.length === 1 && values[0] !== undefined ? values[0] : `{ ${values.join(', ')} }`;
}

function printMap(map: MarkMap): string {
  const type = map.family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const key = map.kind === 'address' ? type : `${type} . inet_proto . inet_service`;
  const writer = new TextWriter();
  writer.text(`\tmap ${map.name} {\n\t\ttype ${key} : mark\n\t\tflags interval\n\t\telements = {`);
  for (let at = 0; at < map.firsts.length; at += 1) {
    const first = map.firsts[at] ?? 0;
    writer.text(at === 0 ? '\n\t\t\t' : ',\n\t\t\t');
    writeSpan(writer, map.family, first, map.lasts[at] ?? first);
    if (map.kind === 'address-port') {
      const ports = printPorts(map.firstPorts[at] ?? 0, map.lastPorts[at] ?? 0);
      writer.text(` . ${map.protocols[at] ?? 'tcp'} . ${ports}`);
    }
    writer.text(` : 0x${hex8(map.marks[at] ?? 0)}`);
  }
  return writer.text('\n\t\t}\n\t}\n').toString();
}

function writeSpan(writer: TextWriter, family: Family, first: AddressValue, last: AddressValue): void {
  if (family === 6) {
    writer.text(printInterval({ family, first: BigInt(first), last: BigInt(last) }));
    return;
  }
  const [from, to] = [Number(first), Number(last)];
  const bits = Math.log2(to - from + 1);
  if (Number.isInteger(bits) && from % 2 ** bits === 0) writer.ipv4Prefix(from, 32 - bits, false);
  else writer.ipv4(from).text('-').ipv4(to);
}

function hex8(mark: number): string {
  return mark.toString(16).padStart(8, '0');
}
