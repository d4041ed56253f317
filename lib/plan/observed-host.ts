// What one director said of itself, section by section: typed, or a sentence that says what could not be read.
import type { IpSet, IpvsService } from '../core/kernel-state';
import { hasErrors } from '../core/diagnostic';
import type { GuardFrame } from '../parse/guard-frames';
import { parseGuardStatus, type GuardStatus } from '../parse/guard-status';
import {
  parseIpAddresses,
  parseIpRoutes,
  parseIpRules,
  type HeldAddress,
  type PolicyRuleState,
  type RouteState,
} from '../parse/ip-json';
import { parseIpSetSave } from '../parse/ip-set-save';
import { parseIptablesSave, type FirewallTable } from '../parse/iptables-save';
import { parseIpvsadmDaemon, type SyncDaemon } from '../parse/ipvsadm-daemon';
import { parseIpvsadmSave } from '../parse/ipvsadm-save';
import { parseManagedFiles, type ManagedFile } from '../parse/managed-files';
import { parseNftablesJson } from '../parse/nftables-json';
import type { NftTable } from '../parse/nftables-table';
import type { Parsed } from '../parse/parsed';
import { parseSysctls } from '../parse/sysctl';

export type ObservedHost = {
  status: GuardStatus;
  addresses: HeldAddress[];
  policyRules: PolicyRuleState[];
  routes: RouteState[];
  ipvs: IpvsService[];
  syncDaemons: SyncDaemon[];
  firewall: FirewallTable[];
  /** Absent: the host has no tool for it, so it has none of it either and can get none. */
  firewall6?: FirewallTable[];
  sets?: IpSet[];
  /** The own table; without chains and maps when it is not there. */
  nftables?: NftTable;
  sysctls: Record<string, string>;
  /** Loaded as modules; what is built into the kernel is not among them. */
  modules: string[];
  daemons: Record<string, 'running' | 'stopped'>;
  /** Managed files that are not as the release has them; absent when nobody asked. */
  files?: ChangedFile[];
};
/** `text`: what is there now, with a mark where a secret is written; absent for a secret file, and where it could not be read. */
export type ChangedFile = ManagedFile & { text?: string };

/** Sections of `guard read` that an ObservedHost is made of. */
export const OBSERVED_SECTIONS = [
  'status',
  'addresses',
  'policy-rules',
  'routes',
  'ipvs',
  'ipvs-daemon',
  'firewall',
  'policy-rules6',
  'routes6',
  'firewall6',
  'sets',
  'nftables',
  'sysctls',
  'modules',
  'daemons',
] as const;

/** A hash of every managed file costs the director more than the rest together: asked where files matter. */
export const FILE_SECTION = 'files';

/** As a shell says it: the command was not found. */
const TOOL_MISSING = 127;

/** `ip -6 route` names no family, and a default route alone does not tell it. */
function parseIpRoutes6(text: string): Parsed<RouteState[]> {
  const { value, diagnostics } = parseIpRoutes(text);
  return { value: value.map((route) => ({ ...route, family: 6 as const })), diagnostics };
}

type Frames = ReadonlyMap<string, GuardFrame>;

/** `host` is absent when one section could not be read: nothing is ever taken for empty. */
export function toObservedHost(frames: Frames): { host?: ObservedHost; problems: string[] } {
  const problems: string[] = [];
  const read = <T>(section: string, parse: (text: string) => Parsed<T>): T | undefined => {
    const result = readSection(frames, section, parse);
    if ('problem' in result) problems.push(result.problem);
    return 'problem' in result ? undefined : result.value;
  };
  const modules = read('modules', lines);
  // Without the module there is no table, and ipvsadm says so with an error: that is the only error that means empty.
  const hasIpvs = modules?.includes('ip_vs') !== false || frames.get('ipvs')?.status === 0;
  const status = read('status', parseGuardStatus);
  const addresses = read('addresses', parseIpAddresses);
  /** A guard older than these sections does not answer them; the host's check of the release then says what is wrong. */
  const readOptional = <T>(section: string, parse: (text: string) => Parsed<T>): T | undefined => {
    const status = frames.get(section)?.status;
    return status === undefined || status === TOOL_MISSING ? undefined : read(section, parse);
  };
  const policyRules = read('policy-rules', parseIpRules);
  const routes = read('routes', parseIpRoutes);
  const policyRules6 = readOptional('policy-rules6', (text) => parseIpRules(text, 6)) ?? [];
  const routes6 = readOptional('routes6', parseIpRoutes6) ?? [];
  const firewall6 = readOptional('firewall6', parseIptablesSave);
  const sets = readOptional('sets', parseIpSetSave);
  const nftables = readOptional('nftables', parseNftablesJson);
  const ipvs = hasIpvs ? read('ipvs', parseIpvsadmSave) : [];
  const syncDaemons = hasIpvs ? read('ipvs-daemon', parseIpvsadmDaemon) : [];
  const firewall = read('firewall', parseIptablesSave);
  const sysctls = read('sysctls', parseSysctls);
  const daemons = read('daemons', parseDaemons);
  const files = readOptional('files', parseManagedFiles);
  if (!status || !addresses || !policyRules || !routes || !ipvs || !syncDaemons) return { problems };
  if (!firewall || !sysctls || !modules || !daemons || problems.length > 0) return { problems };
  const host: ObservedHost = {
    ...{ status, addresses, ipvs, syncDaemons, firewall, sysctls, modules, daemons },
    policyRules: [...policyRules, ...policyRules6],
    routes: [...routes, ...routes6],
    ...(firewall6 && { firewall6 }),
    ...(sets && { sets }),
    ...(nftables && { nftables }),
    ...(files && { files }),
  };
  return { host, problems };
}

export function readSection<T>(
  frames: Frames,
  section: string,
  parse: (text: string) => Parsed<T>,
): { value: NonNullable<T> } | { problem: string } {
  const frame = frames.get(section);
  if (!frame) return { problem: `Section ${section} is missing from the answer.` };
  if (frame.status !== 0)
    return { problem: `Section ${section} could not be read: its tool ended with ${frame.status}.` };
  const { value, diagnostics } = parse(frame.text);
  const wrong = diagnostics.find(({ severity }) => severity === 'error');
  if (hasErrors(diagnostics) && wrong) return { problem: `Section ${section}: ${wrong.message}` };
  return value === undefined || value === null ? { problem: `Section ${section} is empty.` } : { value };
}

export function parseDaemons(text: string): Parsed<Record<string, 'running' | 'stopped'>> {
  const pairs = lines(text).value.map((line) => line.split('\t'));
  return {
    value: Object.fromEntries(pairs.map(([name = '', word]) => [name, word === 'running' ? 'running' : 'stopped'])),
    diagnostics: [],
  };
}

/** `texts` by path. */
export function withTexts(files: readonly ChangedFile[], texts: ReadonlyMap<string, string>): ChangedFile[] {
  return files.map((file) => {
    const text = texts.get(file.path);
    return text === undefined ? file : { ...file, text };
  });
}

function lines(text: string): Parsed<string[]> {
  return { value: text.split('\n').filter((line) => line.trim() !== ''), diagnostics: [] };
}
