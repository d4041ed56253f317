// Connection rows for tests, printed as ip_vs_conn.c does, of every layout and with what pads otherwise.
import { randomFrom, type Random } from '../testing/bench/random-marks';

export type RowKind = 'v4' | 'v6' | 'mixed' | 'sctp' | 'persistence-engine' | 'ran-out';
export const ROW_KINDS: readonly RowKind[] = ['v4', 'v6', 'mixed', 'sctp', 'persistence-engine', 'ran-out'];
const STATES = ['ESTABLISHED', 'TIME_WAIT', 'SYN_RECV', 'FIN_WAIT', 'NONE'];

export function connectionRows(seed: number, count: number, isSync: boolean, kinds: readonly RowKind[]): string[] {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => rowOf(random, random.pick(kinds), isSync));
}

function rowOf(random: Random, kind: RowKind, isSync: boolean): string {
  const isV6 = kind === 'v6';
  const address = (first: number, limit: number) => {
    const value = first + random.below(limit);
    return isV6 ? v6(first >>> 16, value) : hex(value, 8);
  };
  const isTemplate = random.chance(0.2);
  const mark = 1 + random.below(3);
  const port = isTemplate ? '0000' : random.pick(['0050', '01BB', '00FD']);
  const markAddress = isV6 ? v6(0, 0).replace(/^0000:0000/, `0000:${hex(mark, 4).toLowerCase()}`) : hex(mark, 8);
  const protocol = isTemplate ? 'IP' : kind === 'sctp' ? 'SCTP' : random.pick(['TCP', 'UDP']);
  const state = isTemplate ? 'ASSURED' : kind === 'sctp' ? 'SHUTDOWN_RECEIVED' : random.pick(STATES);
  const words = [
    protocol.padEnd(3),
    address(0xcb007100, 256),
    isTemplate ? '0000' : hex(1024 + random.below(60_000), 4),
    isTemplate ? markAddress : address(0xc0a80000, 3),
    port,
    kind === 'mixed' ? v6(0xfd06, random.below(3)) : address(0xc0a80602, 2),
    port,
    state.padEnd(11),
    ...(isSync ? [random.pick(['LOCAL ', 'SYNC  '])] : []),
    String(kind === 'ran-out' ? 2 ** 32 - 1 - random.below(5) : random.below(900)).padStart(7),
  ];
  return words.join(' ') + (kind === 'persistence-engine' && !isSync ? ' sip abc-1@192.0.2.1' : '');
}

const hex = (value: number, digits: number) => value.toString(16).toUpperCase().padStart(digits, '0');
const v6 = (first: number, last: number) =>
  [first, 0, 0, 0, 0, 0, last >>> 16, last & 0xffff].map((group) => hex(group, 4).toLowerCase()).join(':');
