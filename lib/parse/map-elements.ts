// Addresses, ports and marks as sets and maps spell them, read into the columns of a mark map; quick, because there may be a hundred thousand.
import { parseInterval } from '../core/address';
import { parseIpv4 } from '../core/ipv4';
import type { Family } from '../core/topology';
import type { AddressMap, AddressValue, MarkMap } from './mark-map';

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

/**
 * Reads lines `<before><IPv4 address or prefix> skbmark 0x<mark>` of `text` from `start` on into an address map, and answers
 * where the first other line begins. Without a string for any line: this is the loop over a hundred thousand.
 */
export function scanIpv4Entries(text: string, start: number, before: string, map: AddressMap): number {
  const { firsts, lasts, marks } = map;
  let at = start;
  let [openLast, openMark] = [lasts.at(-1) ?? -2, marks.at(-1) ?? 0];
  while (text.startsWith(before, at)) {
    const end = text.indexOf('\n', at);
    const from = at + before.length;
    const [blank, split] = splitOfKey(text, from);
    if (end < 0 || !text.startsWith(SKBMARK, blank)) return at;
    const first = parseIpv4(text, from, split);
    const size = sizeOf(text, split, blank);
    const mark = digits(text, blank + SKBMARK.length, end, 16);
    if (first === undefined || !(size >= 1) || first % size !== 0 || !(mark >= 1)) return at;
    if (openMark === mark && Number(openLast) + 1 === first) lasts[lasts.length - 1] = openLast = first + size - 1;
    else {
      firsts.push(first);
      lasts.push((openLast = first + size - 1));
      marks.push((openMark = mark));
    }
    at = end + 1;
  }
  return at;
}

/** The same for lines `\t\t\t<address, prefix or first-last> : 0x<mark>,` of a map of nftables. Neighbours stay apart. */
export function scanIpv4Elements(text: string, start: number, { firsts, lasts, marks }: AddressMap): number {
  const before = '\t\t\t';
  let at = start;
  while (text.startsWith(before, at)) {
    const from = at + before.length;
    const end = text.indexOf(',\n', at);
    const [colon, split] = splitOfKey(text, from);
    if (end < 0 || !text.startsWith(MARK, colon)) return at;
    const first = parseIpv4(text, from, split);
    const isSpan = text[split] === '-';
    const size = isSpan ? 1 : sizeOf(text, split, colon);
    const last = isSpan ? parseIpv4(text, split + 1, colon) : (first ?? 0) + size - 1;
    const mark = digits(text, colon + MARK.length, end, 16);
    if (first === undefined || last === undefined || last < first || !(size >= 1) || first % size !== 0 || !(mark >= 1))
      return at;
    firsts.push(first);
    lasts.push(last);
    marks.push(mark);
    at = end + 2;
  }
  return at;
}

/** Where the blank after the key stands, and where the first `/` or `-` in it does (at the blank when there is none). */
function splitOfKey(text: string, from: number): [blank: number, split: number] {
  let split = -1;
  for (let at = from; at < from + LONGEST_KEY; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 32) return [at, split < 0 ? at : split];
    if (split < 0 && (code === 47 || code === 45)) split = at;
  }
  return [from, from];
}

const LONGEST_KEY = 40;

/** Of the prefix whose length follows; NaN when it is none. */
function sizeOf(text: string, split: number, end: number): number {
  return split === end ? 1 : text[split] === '/' ? 2 ** (32 - digits(text, split + 1, end, 10)) : NaN;
}

const MARK = ' : 0x';
const SKBMARK = ' skbmark 0x';

/** NaN where something else than lower case digits stands there, or more than any mark has. */
function digits(text: string, from: number, to: number, base: 10 | 16): number {
  let value = to > from && to - from <= 8 ? 0 : NaN;
  for (let at = from; at < to; at += 1) {
    const code = text.charCodeAt(at);
    const digit = code >= 48 && code <= 57 ? code - 48 : code >= 97 && code <= 102 ? code - 87 : NaN;
    value = digit < base ? value * base + digit : NaN;
  }
  return value;
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
