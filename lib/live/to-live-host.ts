// One answer of `guard read` as the live view of a director: what cannot be read is a problem, never an empty list.
import { HostError } from '../core/errors';
import { OWNED } from '../core/kernel-state';
import type { FirewallRule, LiveHost } from '../core/views/live';
import type { GuardFrame } from '../parse/guard-frames';
import { parseGuardStatus, type GuardState, type GuardStatus } from '../parse/guard-status';
import { parseHostClock } from '../parse/host-clock';
import { parseIpAddresses, type HeldAddress } from '../parse/ip-json';
import { parseIptablesSave, type FirewallRuleState } from '../parse/iptables-save';
import { parseIpvsadmDaemon } from '../parse/ipvsadm-daemon';
import { parseIpvsadmList } from '../parse/ipvsadm-list';
import { parseIpvsadmStatistics } from '../parse/ipvsadm-statistics';
import { parseNftablesJson } from '../parse/nftables-json';
import type { Parsed } from '../parse/parsed';
import { nftablesRulesOf } from '../plan/nftables-rules';
import type { ExpectedRelease } from '../plan/find-drift';

export type LiveContext = {
  virtualAddresses: string[];
  /** The release of the last verified deploy; absent before the first one. */
  expected?: ExpectedRelease;
  /** A deploy of the pair is open. */
  isDeploying: boolean;
};
const openStates: readonly GuardState[] = ['staged', 'checked', 'armed', 'switched'];
type Frames = ReadonlyMap<string, GuardFrame>;

const IPVS_SECTIONS = ['ipvs', 'ipvs-list', 'ipvs-stats', 'ipvs-rate', 'ipvs-daemon'];

/** Throws HostError('unreadable-answer'). */
export function toLiveHost(
  director: string,
  frames: Frames,
  context: LiveContext,
): Omit<LiveHost, 'readAt' | 'pollMs' | 'drift' | 'system'> {
  const read = <T>(section: string, parse: (text: string) => Parsed<T>): T =>
    readOrThrow(director, frames, section, parse);
  const status = read('status', parseGuardStatus);
  if (!status)
    throw new HostError('unreadable-answer', `${director}: the guard's status cannot be read.`, { host: director });
  const ofIpvs = <T>(section: string, parse: (text: string) => Parsed<T[]>): T[] =>
    hasIpvs(frames) ? read(section, parse) : [];
  const held = heldOf(read('addresses', parseIpAddresses), context);
  return {
    director,
    role: roleOf(held, context),
    heldVirtualAddresses: held,
    services: ofIpvs('ipvs-list', parseIpvsadmList),
    statistics: ofIpvs('ipvs-stats', parseIpvsadmStatistics),
    rates: ofIpvs('ipvs-rate', parseIpvsadmStatistics),
    rules: [
      ...read('firewall', parseIptablesSave).flatMap(({ name, rules }) => rules.map((rule) => toRule(name, rule))),
      ...rules6Of(frames),
      ...nftablesOf(frames),
    ],
    terminal: terminalOf(frames),
    syncDaemon: ofIpvs('ipvs-daemon', parseIpvsadmDaemon),
    daemons: daemonsOf(frames),
    release: releaseOf(status),
  };
}

/** `readAt`: when the section was read. A host that does not say its time has no such line; nothing else depends on it. */
export function systemOf(frames: Frames, readAt: string): LiveHost['system'] {
  const clock = parseHostClock(frames.get('clock')?.text ?? '').value;
  if (!clock) return undefined;
  const { epochSeconds, ...rest } = clock;
  // The host cuts its time to seconds: half of one is the better guess.
  return { ...rest, clockAheadSeconds: Math.round(epochSeconds + 0.5 - Date.parse(readAt) / 1000) || 0 };
}

/** No module, no table: the tools then fail, and that is the one failure that means "empty". */
function hasIpvs(frames: Frames): boolean {
  return IPVS_SECTIONS.some((section) => frames.get(section)?.status === 0);
}

function readOrThrow<T>(director: string, frames: Frames, section: string, parse: (text: string) => Parsed<T>): T {
  const frame = frames.get(section);
  if (frame?.status !== 0) {
    const why = frame ? `its tool ended with ${frame.status}` : 'it is missing';
    throw new HostError('unreadable-answer', `${director}: section ${section} cannot be read: ${why}.`, {
      host: director,
    });
  }
  return parse(frame.text).value;
}

function heldOf(addresses: readonly HeldAddress[], { virtualAddresses }: LiveContext): string[] {
  return virtualAddresses.filter((address) => addresses.some((held) => held.address === address));
}

function roleOf(held: readonly string[], { virtualAddresses }: LiveContext): LiveHost['role'] {
  if (virtualAddresses.length === 0) return 'unknown';
  return held.length > 0 ? 'active' : 'standby';
}

/** A host without ip6tables has no such rules. */
function rules6Of(frames: Frames): FirewallRule[] {
  const frame = frames.get('firewall6');
  if (frame?.status !== 0) return [];
  const tables = parseIptablesSave(frame.text).value;
  return tables.flatMap(({ name, rules }) => rules.map((rule) => toRule(`${name} (IPv6)`, rule)));
}

/** A host without nft has none of them. */
function nftablesOf(frames: Frames): FirewallRule[] {
  const frame = frames.get('nftables');
  return frame?.status === 0 ? nftablesRulesOf(parseNftablesJson(frame.text).value) : [];
}

function toRule(table: string, { chain, text, packets = 0, bytes = 0 }: FirewallRuleState): FirewallRule {
  const isOwnChain = chain === OWNED.mangleChain || chain === OWNED.natChain;
  const isJump = / --comment "?lvs-console"? -j LVS-CONSOLE/.test(text);
  const mark = / --set-x?mark (0x[0-9a-f]+)/.exec(text)?.[1];
  const [, quoted, plain] = / --comment (?:"lvs:((?:[^"\\]|\\.)*)"|lvs:(\S+))/.exec(text) ?? [];
  const group = quoted?.replace(/\\(.)/g, '$1') ?? plain;
  return {
    ...{ table, chain, rule: text, packets, bytes, own: isOwnChain || isJump },
    ...(isOwnChain && mark !== undefined && { mark: Number(mark) }),
    ...(isOwnChain && group !== undefined && { group }),
  };
}

function terminalOf(frames: Frames): LiveHost['terminal'] {
  const text = (section: string) => frames.get(section)?.text ?? '';
  return {
    ipvsadm: text('ipvs-list'),
    mangle: text('mangle-list'),
    nat: text('nat-list'),
    daemon: text('ipvs-daemon'),
  };
}

function daemonsOf(frames: Frames): LiveHost['daemons'] {
  const lines = (frames.get('daemons')?.text ?? '').split('\n').filter((line) => line.includes('\t'));
  const word = (text: string | undefined) => (text === 'running' || text === 'stopped' ? text : 'unknown');
  return Object.fromEntries(lines.map((line) => line.split('\t')).map(([name = '', state]) => [name, word(state)]));
}

function releaseOf({ live, confirmed, transaction, state }: GuardStatus): LiveHost['release'] {
  return { live, confirmed, transaction: openStates.includes(state) ? transaction : '' };
}
