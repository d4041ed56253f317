// The entries of a set of ipset that hold a mark map: a prefix each, and each port by itself.
import { forEachIpv4Prefix } from '../core/ipv4';
import type { AddressMap, MarkMap, PortMap } from '../parse/mark-map';
import { forEachPrefix, ipv6Prefixes } from './map-prefixes';
import { TextWriter } from './text-writer';

/** A set has an entry for each single port; a wider interval is cheaper as one rule. */
const WIDEST_IN_SET = 16;

/** As `ipset save` has them, in ascending order. */
export function setEntriesOf(map: MarkMap): string[] {
  return map.kind === 'address' ? addressEntries(map) : portEntries(map);
}

/** False for what stands in a rule of its own. */
export function isInSet(map: MarkMap, at: number): boolean {
  return map.kind === 'address' || (map.lastPorts[at] ?? 0) - (map.firstPorts[at] ?? 0) < WIDEST_IN_SET;
}

function addressEntries({ firsts, lasts, marks, family }: AddressMap): string[] {
  const writer = new TextWriter();
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
    if (!isInSet(map, at)) return;
    const tail = `skbmark 0x${(map.marks[at] ?? 0).toString(16)}`;
    for (let port = map.firstPorts[at] ?? 0; port <= (map.lastPorts[at] ?? 0); port += 1) {
      entries.push(`${prefix},${map.protocols[at] ?? 'tcp'}:${port} ${tail}`);
    }
  });
  return entries;
}
