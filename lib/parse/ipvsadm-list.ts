// Reads `ipvsadm -Ln`: virtual services, real servers and their connection counts, at any size of the table.
import type { Diagnostic } from '../core/diagnostic';
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import { emptyService, endpointKey, isIpvsName, isNetmask, markKey, parseEndpoint, parseMark } from './ipvs-text';
import { atLine, numberedLines, readCount, unreadable, type NumberedLine, type Parsed } from './parsed';

const TOOL = 'ipvsadm-list';
const FORWARDING: Record<string, IpvsRealServer['forwarding']> = {
  Masq: 'masq',
  Local: 'local',
  Tunnel: 'ipip',
  Route: 'gate',
};
const REAL_SERVER = /^\s+->\s+(\S+)\s+(Masq|Local|Tunnel|Route)\s+(\d+)\s+(\d+)\s+(\d+)\s*$/;
const FLAGS = /^(?:\s+\(([^)]*)\))?(?:\s+persistent (\d+))?(?:\s+mask (\S+))?(?:\s+pe (\S+))?(\s+ops)?\s*$/;
const SERVICE = /^(FWM|TCP|UDP|SCTP)\s+(\S+)(\s+IPv6)?\s+(\S+)(.*)$/;

export function parseIpvsadmList(text: string): Parsed<IpvsService[]> {
  const { body, diagnostics } = splitIpvsadmHeader(text, TOOL);
  const services: IpvsService[] = [];
  let current: IpvsService | undefined; // none below a service that cannot be read: its real servers are no other's
  for (const line of body) {
    if (isBelowService(line)) {
      const realServer = current && readRealServer(line.text);
      if (realServer) current?.realServers.push(realServer);
      else diagnostics.push(unreadable(TOOL, line));
      continue;
    }
    current = readService(line, diagnostics);
    if (current) services.push(current);
    else diagnostics.push(unreadable(TOOL, line));
  }
  return { value: services, diagnostics };
}

export function isBelowService({ text }: NumberedLine): boolean {
  return /^\s+->/.test(text);
}

/** The three header lines of every view. Without them the text is not an empty table: it is no table at all. */
export function splitIpvsadmHeader(text: string, tool: string): { body: NumberedLine[]; diagnostics: Diagnostic[] } {
  const lines = numberedLines(text);
  const wanted = [/^IP Virtual Server version /, /^Prot LocalAddress:Port /, /^\s+-> RemoteAddress:Port/];
  const missing = wanted.findIndex((pattern, index) => !pattern.test(lines[index]?.text ?? ''));
  if (missing < 0) return { body: lines.slice(wanted.length), diagnostics: [] };
  const line = lines[missing]?.number ?? 1;
  const message = `Cannot read ${tool}: line ${line} is not the header that ipvsadm prints first.`;
  return { body: [], diagnostics: [atLine(line, `${tool}.no-header`, message)] };
}

/** The name part of a service line: `FWM  1 IPv6` or `TCP  192.0.2.1:80`. */
export function readServiceName(line: NumberedLine, kind: string, name: string, isIpv6: boolean, tool: string) {
  if (kind !== 'FWM') {
    const endpoint = isIpv6 ? undefined : parseEndpoint(name);
    return (
      endpoint && { service: emptyService(endpointKey(kind.toLowerCase(), endpoint), endpoint.family), diagnostics: [] }
    );
  }
  const read = parseMark(name);
  if (!read) return undefined;
  const family = isIpv6 ? 6 : 4;
  const message = `Line ${line.number}: ipvsadm printed mark ${read.mark} as ${name}.`;
  const diagnostics = read.wasNegative ? [atLine(line.number, `${tool}.negative-mark`, message, 'warning')] : [];
  return { service: emptyService(markKey(read.mark, family), family, read.mark), diagnostics };
}

function readService(line: NumberedLine, diagnostics: Diagnostic[]): IpvsService | undefined {
  const [, kind = '', name = '', ipv6, scheduler = '', flags = ''] = SERVICE.exec(line.text) ?? [];
  const found = readServiceName(line, kind, name, ipv6 !== undefined, TOOL);
  if (!found || !isIpvsName(scheduler) || !readFlags(found.service, flags)) return undefined;
  diagnostics.push(...found.diagnostics);
  return { ...found.service, scheduler };
}

/** ` (sh-port,sh-fallback) persistent 600 mask 255.255.255.0 pe sip ops`, in this order. */
function readFlags(service: IpvsService, text: string): boolean {
  const found = FLAGS.exec(text);
  if (!found) return false;
  const [, names, seconds, netmask, engine, isOnePacket] = found;
  const persistenceSeconds = readCount(seconds, 2 ** 32 - 1);
  const flags = names?.split(',') ?? [];
  if (seconds !== undefined && persistenceSeconds === undefined) return false;
  if (netmask !== undefined && !isNetmask(netmask, service.family)) return false;
  if (![...flags, ...(engine === undefined ? [] : [engine])].every(isIpvsName)) return false;
  if (persistenceSeconds !== undefined) service.persistenceSeconds = persistenceSeconds;
  if (netmask !== undefined) service.persistenceNetmask = netmask;
  service.flags.push(...flags);
  if (engine !== undefined) service.flags.push(`pe ${engine}`);
  if (isOnePacket !== undefined) service.flags.push('ops');
  return true;
}

function readRealServer(text: string): IpvsRealServer | undefined {
  const [, name = '', method = '', weight, active, inactive] = REAL_SERVER.exec(text) ?? [];
  const endpoint = parseEndpoint(name);
  const forwarding = FORWARDING[method];
  const [weightNumber, activeConnections, inactiveConnections] = [
    readCount(weight, 2 ** 31 - 1),
    readCount(active, 2 ** 32 - 1),
    readCount(inactive, 2 ** 32 - 1),
  ];
  if (!endpoint || !forwarding || weightNumber === undefined) return undefined;
  if (activeConnections === undefined || inactiveConnections === undefined) return undefined;
  const { address, port } = endpoint;
  return { address, port, forwarding, weight: weightNumber, activeConnections, inactiveConnections };
}
