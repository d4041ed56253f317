// Whether one rule of iptables takes one packet: yes, no, or a reason why that cannot be said. Nothing unread counts as a match or as none.
import { containsAddress, parseInterval } from '../../core/address';
import type { Address, Packet } from '../../core/topology';
import { splitWords } from '../../parse/rules-v4';

/** `open`: the packet does not say what the rule asks; `unread`: we do not know what the rule asks. */
export type Match = { is: 'yes' } | { is: 'no' } | { is: 'open'; why: string } | { is: 'unread'; why: string };
export type MatchedRule = { match: Match; target: string; targetWords: string[]; isGoto: boolean; comment: string };
type Asked = { words: string[]; packet: Packet; mark: number };
/** Answers whether the value fits; a sentence when that cannot be said. */
type Condition = (value: string, asked: Asked) => boolean | { open: string } | undefined;

const PROTOCOLS: Record<string, Packet['protocol']> = {
  ...{ tcp: 'tcp', udp: 'udp', sctp: 'sctp', icmp: 'icmp', icmpv6: 'icmp', 'ipv6-icmp': 'icmp' },
  ...{ '6': 'tcp', '17': 'udp', '132': 'sctp', '1': 'icmp', '58': 'icmp' },
};
/** Their options are among the conditions below; those of other modules are not read. */
const MODULES = [
  'tcp',
  'udp',
  'sctp',
  'icmp',
  'icmp6',
  'multiport',
  'comment',
  'iprange',
  'mark',
  'conntrack',
  'state',
];
/** A packet that opens a connection, which is what is traced. */
const FIRST_FLAGS = 'FIN,SYN,RST,ACK SYN';

export function matchRule(text: string, packet: Packet, mark: number): MatchedRule {
  const words = splitWords(text).slice(2);
  const at = words.findIndex((word) => word === '-j' || word === '-g');
  const conditions = at < 0 ? words : words.slice(0, at);
  const named = words.indexOf('--comment');
  return {
    match: matchAll({ words: conditions, packet, mark }),
    target: at < 0 ? '' : (words[at + 1] ?? ''),
    targetWords: at < 0 ? [] : words.slice(at + 2),
    isGoto: words[at] === '-g',
    comment: named < 0 ? '' : (words[named + 1] ?? ''),
  };
}

/** A condition that surely fails decides, whatever else could not be read. */
function matchAll(asked: Asked): Match {
  let doubt: Match | undefined;
  const { words } = asked;
  for (let at = 0; at < words.length;) {
    const isNegated = words[at] === '!';
    const place = at + (isNegated ? 1 : 0);
    const [option = '', value = ''] = words.slice(place, place + 2);
    at = place + 2;
    if (option === '--tcp-flags') {
      const isFirst = `${value} ${words[at] ?? ''}` === FIRST_FLAGS;
      at += 1;
      if (!isFirst) doubt ??= { is: 'unread', why: 'it asks for TCP flags' };
      else if (isNegated) return { is: 'no' };
      continue;
    }
    if (option === '-m' && MODULES.includes(value)) continue;
    const fits = CONDITIONS[option]?.(value, asked);
    if (fits === undefined) {
      const end = option === '-m' ? endOfModule(words, at, asked) : nextOption(words, place + 1);
      if (end === undefined) return { is: 'no' };
      if (doubt?.is !== 'unread') doubt = unread(`${option} ${value}`);
      at = end;
    } else if (typeof fits === 'object') doubt ??= { is: 'open', why: fits.open };
    else if (fits === isNegated) return { is: 'no' };
  }
  return doubt ?? { is: 'yes' };
}

function unread(what: string): Match {
  return { is: 'unread', why: `what \`${what.trim()}\` asks cannot be judged from here` };
}

/** Options that no module has under these names. */
const CORE = ['-s', '-d', '-i', '-p'];

/** Behind an option that we do not read: it may have no value, or several. */
function nextOption(words: readonly string[], from: number): number {
  const found = words.findIndex((word, at) => at >= from && /^(-|!$)/.test(word));
  return found < 0 ? words.length : found;
}

/**
 * Up to the next module all options may be those of one that we cannot read, such as connmark's `--mark`, and any word the
 * value of one. Undefined when an option of iptables itself says no.
 */
function endOfModule(words: readonly string[], from: number, asked: Asked): number | undefined {
  let at = from;
  for (; at < words.length && words[at] !== '-m'; at += 1) {
    const [option = '', isValue] = [words[at], words[at - 1]?.startsWith('--')];
    if (!CORE.includes(option) || isValue) continue;
    const fits = CONDITIONS[option]?.(words[at + 1] ?? '', asked);
    if (typeof fits === 'boolean' && fits === (words[at - 1] === '!')) return undefined;
  }
  return at;
}

const isIn =
  (side: 'source' | 'destination'): Condition =>
  (value, { packet }) => {
    const read = parseInterval(value);
    if (!read.ok) return undefined;
    const address: Address | undefined = packet[side];
    return address ? containsAddress(read.value.interval, address) : { open: `no ${side} is given` };
  };

const hasPort: Condition = (value, { packet: { protocol, destinationPort: port } }) => {
  if (!/^\d+(:\d+)?(,\d+(:\d+)?)*$/.test(value)) return undefined;
  if (protocol === 'icmp') return false;
  if (port === undefined) return value === '0:65535' ? true : { open: 'no port is given' };
  return value.split(',').some((part) => {
    const [first = 0, last = first] = part.split(':').map(Number);
    return first <= port && port <= last;
  });
};

const hasType: Condition = (value, { packet: { icmpType = 8 } }) =>
  /^\d+$/.test(value) ? Number(value) === icmpType : undefined;

const hasState: Condition = (value) => value.split(',').includes('NEW');

const CONDITIONS: Record<string, Condition> = {
  '-s': isIn('source'),
  '-d': isIn('destination'),
  '--src-range': isIn('source'),
  '--dst-range': isIn('destination'),
  '-i': (value, { packet }) =>
    value.endsWith('+') ? packet.interface.startsWith(value.slice(0, -1)) : value === packet.interface,
  '-p': (value, { packet }) =>
    value === 'all'
      ? true
      : (PROTOCOLS[value] ?? (/^[a-z0-9-]+$/.test(value) ? 'other' : undefined)) === packet.protocol,
  '--dport': hasPort,
  '--dports': hasPort,
  '--sport': () => ({ open: 'no source port is given' }),
  '--sports': () => ({ open: 'no source port is given' }),
  '--icmp-type': hasType,
  '--icmpv6-type': hasType,
  '--ctstate': hasState,
  '--state': hasState,
  '--comment': () => true,
  '--mark': (value, { mark }) => {
    const [, wanted, mask = '0xffffffff'] = /^(0x[0-9a-f]+)(?:\/(0x[0-9a-f]+))?$/.exec(value) ?? [];
    return wanted === undefined ? undefined : (mark & Number(mask)) >>> 0 === Number(wanted);
  },
};
