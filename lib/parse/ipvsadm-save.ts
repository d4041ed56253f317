// Reads `ipvsadm -Sn`: the virtual services as the commands that would make them.
import type { Diagnostic } from '../core/diagnostic';
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import { emptyService, endpointKey, markKey, parseEndpoint, parseMark } from './ipvs-text';
import { atLine, numberedLines, unreadable, type NumberedLine, type Parsed } from './parsed';

const TOOL = 'ipvsadm-save';
const PROTOCOLS: Record<string, string> = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' };
const FORWARDING: Record<string, IpvsRealServer['forwarding']> = { '-m': 'masq', '-g': 'gate', '-i': 'ipip' };

type Words = string[];
type Reading = { services: Map<string, IpvsService>; diagnostics: Diagnostic[] };

export function parseIpvsadmSave(text: string): Parsed<IpvsService[]> {
  const reading: Reading = { services: new Map(), diagnostics: [] };
  for (const line of numberedLines(text)) {
    const problem = readLine(line, reading);
    if (problem !== undefined) reading.diagnostics.push(unreadable(TOOL, line, problem));
  }
  return { value: [...reading.services.values()], diagnostics: reading.diagnostics };
}

/** Answers why the line cannot be read. */
function readLine(line: NumberedLine, reading: Reading): string | undefined {
  const [command, ...words] = line.text.trim().split(/\s+/);
  const found = readServiceName(words);
  if (typeof found === 'string') return found;
  const { service, rest, wasNegative } = found;
  if (wasNegative) {
    const message = `Line ${line.number}: ipvsadm printed mark ${String(service.mark)} as a negative number.`;
    reading.diagnostics.push(atLine(line.number, `${TOOL}.negative-mark`, message, 'warning'));
  }
  if (command === '-A') return addService(reading, service, rest);
  if (command !== '-a') return `unknown command ${command ?? ''}`;
  const known = reading.services.get(service.key);
  return known ? addRealServer(known, rest) : 'a real server of a service that was not announced';
}

function readServiceName(words: Words): { service: IpvsService; rest: Words; wasNegative: boolean } | string {
  const [option = '', name = '', ...rest] = words;
  if (option === '-f') {
    const isIpv6 = rest[0] === '-6';
    const read = parseMark(name);
    if (!read) return `"${name}" is not a mark`;
    const family = isIpv6 ? 6 : 4;
    const service = emptyService(markKey(read.mark, family), family, read.mark);
    return { service, rest: isIpv6 ? rest.slice(1) : rest, wasNegative: read.wasNegative };
  }
  const protocol = PROTOCOLS[option];
  const endpoint = protocol === undefined ? undefined : parseEndpoint(name);
  if (protocol === undefined || !endpoint) return `"${option} ${name}" is not a virtual service`;
  return { service: emptyService(endpointKey(protocol, endpoint), endpoint.family), rest, wasNegative: false };
}

function addService(reading: Reading, service: IpvsService, words: Words): string | undefined {
  if (reading.services.has(service.key)) return `service ${service.key} is there twice`;
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? '';
    if (option === '-o') {
      service.flags.push('ops');
      continue;
    }
    at += 1;
    const problem = readServiceOption(service, option, words[at]);
    if (problem !== undefined) return problem;
  }
  if (service.scheduler === '') return 'no scheduler';
  reading.services.set(service.key, service);
  return undefined;
}

function readServiceOption(service: IpvsService, option: string, value: string | undefined): string | undefined {
  if (value === undefined) return `option ${option} has no value`;
  if (option === '-s') service.scheduler = value;
  else if (option === '-p' && /^\d+$/.test(value)) service.persistenceSeconds = Number(value);
  else if (option === '-M') service.persistenceNetmask = value;
  else if (option === '--pe') service.flags.push(`pe ${value}`);
  else if (option === '-b') service.flags.push(...value.split(','));
  else return `unknown option ${option} ${value}`;
  return undefined;
}

function addRealServer(service: IpvsService, words: Words): string | undefined {
  let endpoint: ReturnType<typeof parseEndpoint>;
  let forwarding: IpvsRealServer['forwarding'] = 'gate';
  let weight = 1;
  const thresholds: Pick<IpvsRealServer, 'upperThreshold' | 'lowerThreshold'> = {};
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? '';
    const method = FORWARDING[option];
    if (method !== undefined) {
      forwarding = method;
      continue;
    }
    at += 1;
    const value = words[at] ?? '';
    if (option === '-r') endpoint = parseEndpoint(value);
    else if (option === '-w' && /^\d+$/.test(value)) weight = Number(value);
    else if (option === '-x' && /^\d+$/.test(value)) thresholds.upperThreshold = Number(value);
    else if (option === '-y' && /^\d+$/.test(value)) thresholds.lowerThreshold = Number(value);
    else if (!/^--tun-(type|port)$/.test(option)) return `unknown option ${option} ${value}`;
  }
  if (!endpoint) return 'no real server';
  service.realServers.push({ address: endpoint.address, port: endpoint.port, forwarding, weight, ...thresholds });
  return undefined;
}
