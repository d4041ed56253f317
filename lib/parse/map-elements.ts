// Addresses, ports and marks as sets and maps spell them, read into the columns of a mark map; quick, because there may be a hundred thousand.
import { parseInterval } from '../core/address';
import { parseIpv4 } from '../core/ipv4';
import type { Family } from '../core/topology';
import type { AddressValue, MarkMap } from './mark-map';

export type Span = { first: AddressValue; last: AddressValue };

/** An address, a prefix without host bits, or first-last, of this family; undefined when it is none. */
export function parseSpan(text: string, family: Family): Span | undefined {
  if (family === 4) return parseIpv4Span(text);
  const read = parseInterval(text);
  if (!read.ok || read.value.normalisedTo !== undefined || read.value.interval.family !== 6) return undefined;
  return { first: read.value.interval.first, last: read.value.interval.last };
}

function parseIpv4Span(text: string): Span | undefined {
  const dash = text.indexOf('-');
  const slash = text.indexOf('/');
  const end = dash >= 0 ? dash : slash >= 0 ? slash : text.length;
  const first = parseIpv4(text.slice(0, end));
  if (first === undefined) return undefined;
  if (dash >= 0) {
    const last = parseIpv4(text.slice(dash + 1));
    return last !== undefined && first <= last ? { first, last } : undefined;
  }
  if (slash < 0) return { first, last: first };
  const length = Number(text.slice(slash + 1));
  const size = 2 ** (32 - length);
  if (!/^\d{1,2}$/.test(text.slice(slash + 1)) || length > 32 || first % size !== 0) return undefined;
  return { first, last: first + size - 1 };
}

/** `80` or `80-90`; undefined when it is neither. */
export function parsePortSpan(text: string): { first: number; last: number } | undefined {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) > 65535 || Number(first) > Number(last)) return undefined;
  return { first: Number(first), last: Number(last) };
}

/** A hexadecimal mark; undefined when it is none or 0. */
export function parseMark(text: string): number | undefined {
  if (!text.startsWith('0x')) return undefined;
  const mark = Number(text);
  return mark >= 1 && mark <= 0xffff_ffff ? mark : undefined;
}

export function isMapProtocol(text: string): text is 'tcp' | 'udp' | 'sctp' {
  return text === 'tcp' || text === 'udp' || text === 'sctp';
}

export type Element = Span & {
  mark: number;
  protocol?: 'tcp' | 'udp' | 'sctp';
  ports?: { first: number; last: number };
};

/** As one more entry, or as a longer last entry where `merges` and nothing lies between. */
export function appendElement(map: MarkMap, element: Element, merges: boolean): void {
  const at = map.firsts.length - 1;
  const { protocol = 'tcp', ports = { first: 0, last: 0 } } = element;
  const isSameKind =
    map.marks[at] === element.mark &&
    (map.kind === 'address' ||
      (map.protocols[at] === protocol && map.firstPorts[at] === ports.first && map.lastPorts[at] === ports.last));
  if (merges && at >= 0 && isSameKind && isNext(map.lasts[at], element.first)) {
    map.lasts[at] = element.last;
    return;
  }
  map.firsts.push(element.first);
  map.lasts.push(element.last);
  map.marks.push(element.mark);
  if (map.kind === 'address') return;
  map.protocols.push(protocol);
  map.firstPorts.push(ports.first);
  map.lastPorts.push(ports.last);
}

function isNext(last: AddressValue | undefined, first: AddressValue): boolean {
  if (last === undefined) return false;
  return typeof last === 'number' ? last + 1 === first : last + 1n === first;
}
