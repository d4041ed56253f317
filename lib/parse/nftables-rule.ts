// One rule of the owned table, read from its line.
import { parseInterval } from '../core/address';
import type { AddressInterval, Family, PortInterval } from '../core/topology';
import { isMapProtocol, parseMark, parsePortSpan } from './map-elements';
import { NFT_ICMP_ERRORS, type NftAction, type NftRule } from './nftables-table';

type Words = { all: string[]; at: number };
type Draft = Omit<NftRule, 'action'> & { action?: NftAction };

/** Answers why the line is no rule of ours. */
export function readNftRule(line: string): NftRule | string {
  const words: Words = { all: [...line.matchAll(/"[^"]*"|[{},]|[^\s{},]+/g)].map(([word]) => word), at: 0 };
  const draft: Draft = { packets: { protocol: 'any' } };
  while (words.at < words.all.length) {
    const start = words.at;
    const reader = READERS[next(words)];
    if (!reader || !reader(draft, words)) return `cannot read it from ${words.all.slice(start, start + 4).join(' ')}`;
  }
  const { action } = draft;
  return action ? { ...draft, action } : 'it does nothing';
}

type Reader = (draft: Draft, words: Words) => boolean;

const READERS: Record<string, Reader> = {
  iifname: (draft, words) => isSet((draft.in = unquoted(next(words)))),
  oifname: (draft, words) => isSet((draft.out = unquoted(next(words)))),
  ip: (draft, words) => readAddresses(draft, words, 4),
  ip6: (draft, words) => readAddresses(draft, words, 6),
  tcp: (draft, words) => readPorts(draft, words, 'tcp'),
  udp: (draft, words) => readPorts(draft, words, 'udp'),
  sctp: (draft, words) => readPorts(draft, words, 'sctp'),
  icmp: (draft, words) => readIcmp(draft, words, 4),
  icmpv6: (draft, words) => readIcmp(draft, words, 6),
  meta: (draft, words) => (next(words) === 'l4proto' ? readProtocol(draft, words) : readMark(draft, words)),
  masquerade: (draft) => isSet((draft.action = { do: 'masquerade' })),
  limit: readLog,
  comment: (draft, words) => isSet((draft.comment = unquoted(next(words)))),
};

function next(words: Words): string {
  return words.all[words.at++] ?? '';
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== '';
}

function unquoted(word: string): string {
  return /^".*"$/.test(word) ? word.slice(1, -1) : '';
}

/** One value, or several in braces. */
function values(words: Words): string[] {
  const first = next(words);
  if (first !== '{') return [first];
  const found: string[] = [];
  for (let word = next(words); word !== '}' && word !== ''; word = next(words)) if (word !== ',') found.push(word);
  return found;
}

function readAddresses(draft: Draft, words: Words, family: Family): boolean {
  const field = next(words);
  const isNegated = words.all[words.at] === '!=';
  if (isNegated) words.at += 1;
  const intervals = values(words).flatMap((text) => intervalOf(text, family) ?? []);
  draft.family = family;
  const [first, ...others] = intervals;
  if (!first) return false;
  if (field === 'saddr' && !isNegated) draft.source = intervals;
  else if (field !== 'daddr' || others.length > 0) return false;
  else if (isNegated) draft.notDestination = first;
  else draft.destination = first;
  return true;
}

function intervalOf(text: string, family: Family): AddressInterval | undefined {
  const read = parseInterval(text);
  return read.ok && read.value.normalisedTo === undefined && read.value.interval.family === family
    ? read.value.interval
    : undefined;
}

function readPorts(draft: Draft, words: Words, protocol: 'tcp' | 'udp' | 'sctp'): boolean {
  if (next(words) !== 'dport') return false;
  const texts = values(words);
  const ports = texts.map(parsePortSpan).filter((span): span is PortInterval => span !== undefined);
  draft.packets = { protocol, ports };
  return ports.length > 0 && ports.length === texts.length;
}

function readProtocol(draft: Draft, words: Words): boolean {
  const protocol = next(words);
  if (!isMapProtocol(protocol)) return false;
  draft.packets = { protocol };
  return true;
}

function readIcmp(draft: Draft, words: Words, family: Family): boolean {
  if (next(words) !== 'type' || values(words).join() !== NFT_ICMP_ERRORS[family].join()) return false;
  draft.family = family;
  draft.packets = { protocol: 'icmp' };
  return true;
}

/** After `meta mark`: a number, or the answer of a map. */
function readMark(draft: Draft, words: Words): boolean {
  if (words.all[words.at - 1] !== 'mark' || next(words) !== 'set') return false;
  const text = words.all.slice(words.at).join(' ');
  const [looked, ip, ports, map] = /^(ip6?) daddr( \. meta l4proto \. th dport)? map @(\S+)/.exec(text) ?? [];
  if (looked !== undefined && map !== undefined) {
    words.at += looked.split(' ').length;
    draft.family = ip === 'ip' ? 4 : 6;
    draft.action = { do: 'look-up', map, by: ports === undefined ? 'address' : 'address-port' };
    return true;
  }
  const mark = parseMark(next(words));
  if (mark !== undefined) draft.action = { do: 'mark', mark };
  return mark !== undefined;
}

function readLog(draft: Draft, words: Words): boolean {
  const text = words.all.slice(words.at).join(' ');
  const [read, perSecond, burst, prefix] =
    /^rate ([1-9]\d{0,8})\/second burst ([1-9]\d{0,8}) packets log prefix "([^"]*)"/.exec(text) ?? [];
  if (read === undefined || prefix === undefined) return false;
  draft.action = { do: 'log', prefix, perSecond: Number(perSecond), burst: Number(burst) };
  words.at = words.all.length;
  return true;
}
