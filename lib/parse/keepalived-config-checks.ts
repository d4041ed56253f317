// The health checks of keepalived.conf, each with exactly what the console writes into it.
import type { Diagnostic } from '../core/diagnostic';
import { block, count, flag, oneOf, readFields, word, type Fields } from './keepalived-config-fields';
import type { KeepalivedStatement } from './keepalived-config-tree';

/** `retries`: further attempts after a failure before the real server counts as dead. */
export type KeepalivedCheck =
  | { kind: 'tcp' | 'udp' | 'smtp'; port: number; retries: number }
  | { kind: 'ping'; retries: number }
  | { kind: 'dns'; port: number; retries: number; name?: string }
  | {
      kind: 'http' | 'https';
      port: number;
      retries: number;
      path: string;
      statusCode?: number;
      virtualHost?: string;
      /** Regular expression that the answer must match. */
      receive?: string;
    }
  | { kind: 'external'; command: string; timeoutSeconds: number; retries: number }
  | { kind: 'file'; trackFile: string }
  | { kind: 'bfd'; instance: string };

export const CHECKS = {
  tcp: 'TCP_CHECK',
  udp: 'UDP_CHECK',
  smtp: 'SMTP_CHECK',
  ping: 'PING_CHECK',
  dns: 'DNS_CHECK',
  http: 'HTTP_GET',
  https: 'SSL_GET',
  external: 'MISC_CHECK',
  file: 'FILE_CHECK',
  bfd: 'BFD_CHECK',
} as const satisfies Record<KeepalivedCheck['kind'], string>;
export const CHECK_KEYWORDS: readonly string[] = Object.values(CHECKS);

type Raw = {
  port?: number;
  retries?: number;
  name?: string;
  type?: string;
  path?: string;
  statusCode?: number;
  virtualHost?: string;
  receive?: string;
  hasServerName?: boolean;
  command?: string;
  timeoutSeconds?: number;
  trackFile?: string;
};

/** Answers why it is none of ours. */
export function readKeepalivedCheck(
  keyword: string,
  children: readonly KeepalivedStatement[],
  diagnostics: Diagnostic[],
): KeepalivedCheck | string {
  const kinds = Object.keys(CHECKS) as KeepalivedCheck['kind'][];
  const kind = kinds.find((each) => CHECKS[each] === keyword);
  const raw: Raw = {};
  if (kind === undefined) return `${keyword} is no check`;
  readFields(children, pick(kind, checkFields(raw, diagnostics)), diagnostics);
  return toCheck(kind, raw) ?? `${keyword} lacks something`;
}

const COMMON = ['connect_port', 'retry'];
const OWN: Record<KeepalivedCheck['kind'], readonly string[]> = {
  tcp: COMMON,
  udp: COMMON,
  smtp: COMMON,
  ping: ['retry'],
  dns: [...COMMON, 'type', 'name'],
  http: [...COMMON, 'url'],
  https: [...COMMON, 'url', 'enable_sni'],
  external: ['retry', 'misc_path', 'misc_timeout'],
  file: ['track_file'],
  bfd: ['name'],
};

function pick(kind: KeepalivedCheck['kind'], fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([keyword]) => OWN[kind].includes(keyword)));
}

function checkFields(raw: Raw, diagnostics: Diagnostic[]): Fields {
  const url: Fields = {
    path: word((text) => (raw.path = text)),
    status_code: count((code) => (raw.statusCode = code), { from: 100, to: 999 }),
    virtualhost: word((text) => (raw.virtualHost = text)),
    regex: word((text) => (raw.receive = text)),
  };
  return {
    connect_port: count((port) => (raw.port = port), { from: 1, to: 65_535 }),
    retry: count((retries) => (raw.retries = retries)),
    type: oneOf(['A'], (text) => (raw.type = text)),
    name: word((text) => (raw.name = text)),
    enable_sni: flag(() => (raw.hasServerName = true)),
    url: block(0, (children) => readFields(children, url, diagnostics)),
    misc_path: word((text) => (raw.command = text)),
    misc_timeout: count((seconds) => (raw.timeoutSeconds = seconds), { from: 1 }),
    track_file: word((text) => (raw.trackFile = text)),
  };
}

function toCheck(kind: KeepalivedCheck['kind'], raw: Raw): KeepalivedCheck | undefined {
  const { port, retries, name, path, trackFile, command, timeoutSeconds } = raw;
  if (kind === 'file') return trackFile === undefined ? undefined : { kind, trackFile };
  if (kind === 'bfd') return name === undefined ? undefined : { kind, instance: name };
  if (retries === undefined) return undefined;
  if (kind === 'ping') return { kind, retries };
  if (kind === 'external') {
    return command === undefined || timeoutSeconds === undefined
      ? undefined
      : { kind, command, timeoutSeconds, retries };
  }
  if (port === undefined) return undefined;
  // A name is asked for with its type, and the server name is told with the virtual host: neither alone.
  if (kind === 'dns') {
    return (raw.type === undefined) === (name === undefined)
      ? { kind, port, retries, ...(name !== undefined && { name }) }
      : undefined;
  }
  if (kind === 'tcp' || kind === 'udp' || kind === 'smtp') return { kind, port, retries };
  const tellsName = raw.hasServerName === true;
  if (path === undefined || tellsName !== (kind === 'https' && raw.virtualHost !== undefined)) return undefined;
  const { statusCode, virtualHost, receive } = raw;
  return {
    kind,
    port,
    retries,
    path,
    ...(statusCode !== undefined && { statusCode }),
    ...(virtualHost !== undefined && { virtualHost }),
    ...(receive !== undefined && { receive }),
  };
}
