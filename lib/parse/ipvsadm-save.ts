// Reads `ipvsadm -Sn`: the virtual services as the commands that would make them.
import type { Diagnostic } from '../core/diagnostic';
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import { emptyService, endpointKey, isIpvsName, isNetmask, markKey, parseEndpoint, parseMark } from './ipvs-text';
import { atLine, numberedLines, readCount, unreadable, type NumberedLine, type Parsed } from './parsed';

const TOOL = 'ipvsadm-save';
const PROTOCOLS: Record<string, string> = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' };
const FORWARDING: Record<string, IpvsRealServer['forwarding']> = { '-m': 'masq', '-g': 'gate', '-i': 'ipip' };

const NUMBERS: Record<string, 'weight' | 'upperThreshold' | 'lowerThreshold'> = {
  '-w': 'weight',
  '-x': 'upperThreshold',
  '-y': 'lowerThreshold',
};

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
  const options = readOptions(words, ['-o']);
  if (typeof options === 'string') return options;
  for (const [option, value] of options) {
    if (option === '-o') service.flags.push('ops');
    else if (!readServiceOption(service, option, value)) return `unknown option ${option} ${value}`;
  }
  if (service.scheduler === '') return 'no scheduler';
  reading.services.set(service.key, service);
  return undefined;
}

/** In their order; each once, as ipvsadm prints them. `alone`: those without a value. */
function readOptions(words: Words, alone: readonly string[]): Map<string, string> | string {
  const options = new Map<string, string>();
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? '';
    if (options.has(option)) return `option ${option} is there twice`;
    if (!alone.includes(option)) at += 1;
    const value = alone.includes(option) ? '' : words[at];
    if (value === undefined) return `option ${option} has no value`;
    options.set(option, value);
  }
  return options;
}

/** False when ipvsadm does not print it so. */
function readServiceOption(service: IpvsService, option: string, value: string): boolean {
  const seconds = option === '-p' ? readCount(value, 2 ** 32 - 1) : undefined;
  if (option === '-s' && isIpvsName(value)) service.scheduler = value;
  else if (seconds !== undefined) service.persistenceSeconds = seconds;
  else if (option === '-M' && isNetmask(value, service.family)) service.persistenceNetmask = value;
  else if (option === '--pe' && isIpvsName(value)) service.flags.push(`pe ${value}`);
  else if (option === '-b' && value.split(',').every(isIpvsName)) service.flags.push(...value.split(','));
  else return false;
  return true;
}

/** Without a method ipvsadm means gate, without a weight 1. */
function addRealServer(service: IpvsService, words: Words): string | undefined {
  const options = readOptions(words, Object.keys(FORWARDING));
  if (typeof options === 'string') return options;
  const methods = [...options.keys()].flatMap((option) => FORWARDING[option] ?? []);
  if (methods.length > 1) return 'two forwarding methods';
  const realServer: Partial<IpvsRealServer> = { forwarding: methods[0] ?? 'gate', weight: 1 };
  for (const [option, value] of options)
    if (!readRealServerOption(realServer, option, value)) return `unknown option ${option} ${value}`;
  if (realServer.address === undefined) return 'no real server';
  service.realServers.push(realServer as IpvsRealServer);
  return undefined;
}

/** False when ipvsadm does not print it so. */
function readRealServerOption(realServer: Partial<IpvsRealServer>, option: string, value: string): boolean {
  const field = NUMBERS[option];
  const number = field && readCount(value, 2 ** 31 - 1);
  const endpoint = option === '-r' ? parseEndpoint(value) : undefined;
  if (field && number !== undefined) realServer[field] = number;
  else if (endpoint) Object.assign(realServer, { address: endpoint.address, port: endpoint.port });
  else return option in FORWARDING || /^--tun-(type|port)$/.test(option);
  return true;
}
