// The virtual servers of keepalived.conf: one for each firewall mark and family, with real servers and what takes their place.
import type { Diagnostic } from '../core/diagnostic';
import { schedulerSchema, type Forwarding, type Scheduler } from '../core/document';
import { isPort } from '../core/ports';
import type { Family } from '../core/topology';
import { CHECK_KEYWORDS, readKeepalivedCheck, type KeepalivedCheck } from './keepalived-config-checks';
import { addressText, block, count, flag, oneOf, readFields, value, type Fields } from './keepalived-config-fields';
import type { KeepalivedStatement } from './keepalived-config-tree';

export type KeepalivedRealServer = {
  address: string;
  port?: number;
  weight: number;
  upperThreshold?: number;
  lowerThreshold?: number;
  checks: KeepalivedCheck[];
};
export type KeepalivedVirtualServer = {
  mark: number;
  /** Only written where the real servers do not tell: when all of them are tunnelled. */
  family: Family;
  scheduler: Scheduler;
  flags: string[];
  onePacket: boolean;
  forwarding: Forwarding;
  persistenceSeconds?: number;
  persistenceNetmask?: string;
  /** True: a dead real server stays in the table with weight 0. */
  isInhibited: boolean;
  delaySeconds: number;
  timeoutSeconds: number;
  realServers: KeepalivedRealServer[];
  sorryServer?: { address: string; port?: number; forwarding: Forwarding };
};

export const LVS_METHODS: Record<Forwarding, string> = { masq: 'NAT', gate: 'DR', ipip: 'TUN' };
const FLAGS = ['sh-fallback', 'sh-port', 'mh-fallback', 'mh-port', 'flag-1', 'flag-2', 'flag-3'];
const MAX_WEIGHT = 65_535;

/** Answers why it is none of ours. */
export function readVirtualServer(
  [kind, markText = '']: readonly string[],
  children: readonly KeepalivedStatement[],
  diagnostics: Diagnostic[],
  { line }: KeepalivedStatement,
): KeepalivedVirtualServer | string {
  const mark = Number(markText);
  if (kind !== 'fwmark' || !/^[1-9]\d{0,9}$/.test(markText) || mark > 0x7fff_ffff) return 'not fwmark 1..2147483647';
  const found: KeepalivedVirtualServer = {
    mark,
    family: 4,
    scheduler: 'wlc',
    flags: [],
    onePacket: false,
    forwarding: 'masq',
    isInhibited: false,
    delaySeconds: 60,
    timeoutSeconds: 5,
    realServers: [],
  };
  const seen: { family?: Family } = {};
  readFields(children, serviceFields(found, seen, diagnostics), diagnostics, { repeated: ['real_server'] });
  found.family = seen.family ?? familyOf(found.realServers[0]?.address ?? '');
  if (seen.family === undefined && found.realServers.some(({ address }) => familyOf(address) !== found.family)) {
    return `line ${line}: real servers of both families without ip_family`;
  }
  return found;
}

function serviceFields(found: KeepalivedVirtualServer, seen: { family?: Family }, diagnostics: Diagnostic[]): Fields {
  const flags = FLAGS.map((name): [string, Fields[string]] => [name, flag(() => void found.flags.push(name))]);
  return {
    ...Object.fromEntries(flags),
    ops: flag(() => (found.onePacket = true)),
    lvs_sched: oneOf(schedulerSchema.options, (scheduler) => (found.scheduler = scheduler)),
    lvs_method: method((forwarding) => (found.forwarding = forwarding)),
    ip_family: oneOf(['inet', 'inet6'], (family) => (seen.family = family === 'inet' ? 4 : 6)),
    persistence_timeout: count((seconds) => (found.persistenceSeconds = seconds), { from: 1 }),
    persistence_granularity: value((text) => {
      found.persistenceNetmask = text;
      return /^\d{1,3}$/.test(text) || addressText(text) !== undefined;
    }),
    inhibit_on_failure: flag(() => (found.isInhibited = true)),
    delay_loop: count((seconds) => (found.delaySeconds = seconds), { from: 1 }),
    connect_timeout: count((seconds) => (found.timeoutSeconds = seconds), { from: 1 }),
    real_server: ({ words, children: inside }) => {
      const endpoint = readEndpoint(words);
      if (!endpoint || !inside) return 'not real_server ADDRESS [PORT] {';
      found.realServers.push(readRealServer(endpoint, inside, diagnostics));
      return undefined;
    },
    sorry_server: ({ words, children: inside }) => {
      const endpoint = readEndpoint(words);
      if (!endpoint || inside) return 'not sorry_server ADDRESS [PORT]';
      found.sorryServer = { ...endpoint, forwarding: found.forwarding };
      return undefined;
    },
    sorry_server_lvs_method: method((forwarding) => {
      if (found.sorryServer) found.sorryServer.forwarding = forwarding;
    }),
  };
}

function method(take: (forwarding: Forwarding) => void): Fields[string] {
  return value((text) => {
    const [found] = (Object.keys(LVS_METHODS) as Forwarding[]).filter((each) => LVS_METHODS[each] === text);
    if (found) take(found);
    return found !== undefined;
  });
}

function readEndpoint([, address = '', port, ...others]: readonly string[]):
  { address: string; port?: number } | undefined {
  if (addressText(address) === undefined || others.length > 0) return undefined;
  if (port === undefined) return { address };
  return /^\d{1,5}$/.test(port) && isPort(Number(port)) ? { address, port: Number(port) } : undefined;
}

function readRealServer(
  endpoint: { address: string; port?: number },
  children: readonly KeepalivedStatement[],
  diagnostics: Diagnostic[],
): KeepalivedRealServer {
  const found: KeepalivedRealServer = { ...endpoint, weight: 1, checks: [] };
  const checks = CHECK_KEYWORDS.map((keyword): [string, Fields[string]] => [
    keyword,
    block(0, (inside) => {
      const check = readKeepalivedCheck(keyword, inside, diagnostics);
      if (typeof check === 'string') return check;
      found.checks.push(check);
      return undefined;
    }),
  ]);
  const fields: Fields = {
    ...Object.fromEntries(checks),
    weight: count((weight) => (found.weight = weight), { to: MAX_WEIGHT }),
    uthreshold: count((threshold) => (found.upperThreshold = threshold), { to: MAX_WEIGHT }),
    lthreshold: count((threshold) => (found.lowerThreshold = threshold), { to: MAX_WEIGHT }),
  };
  readFields(children, fields, diagnostics, { repeated: CHECK_KEYWORDS });
  return found;
}

function familyOf(address: string): Family {
  return address.includes(':') ? 6 : 4;
}
