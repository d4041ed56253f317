// One rule of the owned table, read from its line.
import { parseInterval } from '../core/address';
import type { AddressInterval, Family, PortInterval } from '../core/topology';
import { isMapProtocol, parseMark, parsePortSpan } from './map-elements';
import { NFT_ICMP_ERRORS, type NftRule } from './nftables-table';

type Words = { all: string[]; at: number };
type Draft = Partial<NftRule>;

/** Answers why the line is no rule of ours. */
export function readNftRule(line: string): NftRule | string {
  const words: Words = { all: [...line.matchAll(/"[^"]*"|[{},]|[^\s{},]+/g)].map(([word]) => word), at: 0 };
  const draft: Draft = {};
  while (words.at < words.all.length) {
    const start = words.at;
    const word = next(words);
    // What stands behind an action is not asked before it.
    const reader = draft.action && word !== 'comment' ? undefined : READERS[word];
    if (!reader || !reader(draft, words)) return `cannot read it from ${words.all.slice(start, start + 4).join(' ')}`;
  }
  const { action, packets = { protocol: 'any' } } = draft;
  return action ? { ...draft, packets, action } : 'it does nothing';
}

type Reader = (draft: Draft, words: Words) => boolean;

const READERS: Record<string, Reader> = {
  iifname: (draft, words) => put(draft, 'in', unquoted(next(words))),
  oifname: (draft, words) => put(draft, 'out', unquoted(next(words))),
  ip: (draft, words) => readAddresses(draft, words, 4),
  ip6: (draft, words) => readAddresses(draft, words, 6),
  tcp: (draft, words) => readPorts(draft, words, 'tcp'),
  udp: (draft, words) => readPorts(draft, words, 'udp'),
  sctp: (draft, words) => readPorts(draft, words, 'sctp'),
  icmp: (draft, words) => readIcmp(draft, words, 4),
  icmpv6: (draft, words) => readIcmp(draft, words, 6),
  meta: (draft, words) => (next(words) === 'l4proto' ? readProtocol(draft, words) : readMark(draft, words)),
  masquerade: (draft) => put(draft, 'action', { do: 'masquerade' }),
  limit: readLog,
  comment: (draft, words) => put(draft, 'comment', unquoted(next(words))),
};

function next(words: Words): string {
  return words.all[words.at++] ?? '';
}

/** False when it is there already: every condition must hold, and one alone would stand for both. */
function put<Key extends keyof NftRule>(draft: Draft, key: Key, value: NonNullable<NftRule[Key]> | ''): boolean {
  if (value === '' || draft[key] !== undefined) return false;
  draft[key] = value;
  return true;
}

function isOfFamily(draft: Draft, family: Family): boolean {
  draft.family ??= family;
  return draft.family === family;
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
  const texts = values(words);
  const intervals = texts.flatMap((text) => intervalOf(text, family) ?? []);
  const [first, ...others] = intervals;
  if (!first || intervals.length !== texts.length || !isOfFamily(draft, family)) return false;
  if (field === 'saddr') return !isNegated && put(draft, 'source', intervals);
  return field === 'daddr' && others.length === 0 && put(draft, isNegated ? 'notDestination' : 'destination', first);
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
  return ports.length > 0 && ports.length === texts.length && put(draft, 'packets', { protocol, ports });
}

function readProtocol(draft: Draft, words: Words): boolean {
  const protocol = next(words);
  return isMapProtocol(protocol) && put(draft, 'packets', { protocol });
}

function readIcmp(draft: Draft, words: Words, family: Family): boolean {
  if (next(words) !== 'type' || values(words).join() !== NFT_ICMP_ERRORS[family].join()) return false;
  return isOfFamily(draft, family) && put(draft, 'packets', { protocol: 'icmp' });
}

/** After `meta mark`: a number, or the answer of a map. */
function readMark(draft: Draft, words: Words): boolean {
  if (words.all[words.at - 1] !== 'mark' || next(words) !== 'set') return false;
  const text = words.all.slice(words.at).join(' ');
  const [looked, ip, ports, map] = /^(ip6?) daddr( \. meta l4proto \. th dport)? map @(\S+)/.exec(text) ?? [];
  if (looked !== undefined && map !== undefined) {
    words.at += looked.split(' ').length;
    const by = ports === undefined ? 'address' : 'address-port';
    return isOfFamily(draft, ip === 'ip' ? 4 : 6) && put(draft, 'action', { do: 'look-up', map, by });
  }
  const mark = parseMark(next(words));
  return mark !== undefined && put(draft, 'action', { do: 'mark', mark });
}

/** `rate N/second burst N packets log prefix "..."`, of which what is quoted is one. */
const LOG_WORDS = 8;

function readLog(draft: Draft, words: Words): boolean {
  const text = words.all.slice(words.at).join(' ');
  const [read, perSecond, burst, prefix] =
    /^rate ([1-9]\d{0,8})\/second burst ([1-9]\d{0,8}) packets log prefix "([^"]*)"/.exec(text) ?? [];
  if (read === undefined || prefix === undefined) return false;
  words.at += LOG_WORDS;
  return put(draft, 'action', { do: 'log', prefix, perSecond: Number(perSecond), burst: Number(burst) });
}
