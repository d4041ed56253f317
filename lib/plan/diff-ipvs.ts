// Where the IPVS table differs from the services that are wanted; services that are not the console's are never looked at.
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import { ABSENT, type KernelDifference } from './kernel-difference';

const FORWARDING_OPTION: Record<IpvsRealServer['forwarding'], string> = {
  masq: '-m',
  gate: '-g',
  ipip: '-i',
  local: '-g',
};

export function diffIpvs(
  wanted: readonly IpvsService[],
  present: readonly IpvsService[],
  ownKeys: readonly string[],
): KernelDifference[] {
  const stale = present.filter(({ key }) => ownKeys.includes(key) && !wanted.some((service) => service.key === key));
  return [
    ...wanted.flatMap((service) =>
      diffService(
        service,
        present.find(({ key }) => key === service.key),
      ),
    ),
    ...stale.map((service) => unwantedService(service)),
  ];
}

function diffService(wanted: IpvsService, present: IpvsService | undefined): KernelDifference[] {
  if (!present)
    return [
      missingService(wanted),
      ...wanted.realServers.map((server) => ({ ...missingServer(wanted, server), isHealth: false })),
    ];
  const unwanted = present.realServers.filter(
    (server) => !wanted.realServers.some((other) => isSameServer(server, other)),
  );
  const isHealth = isFallback(wanted, present, unwanted);
  return [
    ...diffOptions(wanted, present),
    ...wanted.realServers.flatMap((server) =>
      diffServer(
        wanted,
        server,
        present.realServers.find((other) => isSameServer(server, other)),
      ),
    ),
    ...unwanted.map((server) => ({ ...unwantedServer(wanted, server), isHealth })),
  ];
}

/** The fallback serves while every real server is out, gone or left with weight 0; nothing else takes them all out. */
function isFallback(wanted: IpvsService, present: IpvsService, unwanted: readonly IpvsRealServer[]): boolean {
  const serves = (server: IpvsRealServer) =>
    server.weight > 0 && wanted.realServers.some((own) => isSameServer(own, server));
  return unwanted.length === 1 && !present.realServers.some(serves);
}

function missingService(wanted: IpvsService): KernelDifference {
  const of = { what: `Service ${wanted.key}`, expected: optionsOf(wanted), observed: ABSENT };
  const sentence = `Service ${wanted.key} is missing.`;
  return item('add', `ipvsadm -A ${optionsOf(wanted)}`, sentence, { ...of, ipvs: { service: { wanted } } });
}

function unwantedService(present: IpvsService): KernelDifference {
  const of = { what: `Service ${present.key}`, expected: ABSENT, observed: optionsOf(present) };
  const sentence = `Service ${present.key} is there, but not wanted.`;
  return item('remove', `ipvsadm -D ${nameOf(present)}`, sentence, { ...of, ipvs: { service: { present } } });
}

function diffOptions(wanted: IpvsService, present: IpvsService): KernelDifference[] {
  const [expected, observed] = [optionsOf(wanted), optionsOf(present)];
  if (expected === observed) return [];
  const sentence = `Service ${wanted.key} is "${observed}", wanted "${expected}".`;
  const of = { what: `Service ${wanted.key}`, expected, observed, ipvs: { service: { wanted, present } } };
  return [item('edit', `ipvsadm -E ${expected}`, sentence, of)];
}

function diffServer(service: IpvsService, wanted: IpvsRealServer, present?: IpvsRealServer): KernelDifference[] {
  if (!present) return [missingServer(service, wanted)];
  // A director that is a real server itself is shown as local, whatever was asked for.
  const isForwarded = present.forwarding === wanted.forwarding || present.forwarding === 'local';
  const hasOthers = hasOtherThresholds(present, wanted);
  if (isForwarded && present.weight === wanted.weight && !hasOthers) return [];
  const command = `ipvsadm -e ${nameOf(service)} ${serverOptions(wanted)}`;
  const [expected, observed] = [weightOf(wanted), weightOf(present)];
  const sentence = `Real server ${wanted.address} of ${service.key} is ${observed}, wanted ${expected}.`;
  const isHealth = isForwarded && present.weight === 0 && !hasOthers;
  const of = { what: whatOf(service, wanted), expected, observed };
  const ipvs = { service: { wanted: service }, server: { wanted, present } };
  return [{ ...item('edit', command, sentence, { ...of, ipvs }), isHealth }];
}

/** Only a health check takes a server out of a service that is there, so a missing one is reported, not repaired. */
function missingServer(service: IpvsService, server: IpvsRealServer): KernelDifference {
  const command = `ipvsadm -a ${nameOf(service)} ${serverOptions(server)}`;
  const of = { what: whatOf(service, server), expected: weightOf(server), observed: ABSENT };
  const sentence = `Real server ${server.address} of ${service.key} is not in the table.`;
  const ipvs = { service: { wanted: service }, server: { wanted: server } };
  return { ...item('add', command, sentence, { ...of, ipvs }), isHealth: true };
}

function unwantedServer(service: IpvsService, server: IpvsRealServer): KernelDifference {
  const command = `ipvsadm -d ${nameOf(service)} -r ${hostOf(server)}`;
  const of = { what: whatOf(service, server), expected: ABSENT, observed: weightOf(server) };
  const sentence = `Real server ${server.address} of ${service.key} is there, but not wanted.`;
  return item('remove', command, sentence, {
    ...of,
    ipvs: { service: { wanted: service }, server: { present: server } },
  });
}

type Of = Pick<KernelDifference, 'what' | 'expected' | 'observed' | 'ipvs'>;

function item(change: KernelDifference['change'], command: string, sentence: string, of: Of): KernelDifference {
  return { kind: 'ipvs', change, command, sentence, ...of };
}

const whatOf = ({ key }: IpvsService, server: IpvsRealServer): string => `Real server ${hostOf(server)} of ${key}`;

function weightOf({ forwarding, weight, upperThreshold = 0, lowerThreshold = 0 }: IpvsRealServer): string {
  const upper = upperThreshold === 0 ? '' : `, upper threshold ${upperThreshold}`;
  const lower = lowerThreshold === 0 ? '' : `, lower threshold ${lowerThreshold}`;
  return `${forwarding} weight ${weight}${upper}${lower}`;
}

/**
 * ldirectord sets a dead real server to weight 0 without naming its thresholds, which makes them 0, and names them again when it lives.
 * A guard older than 2.5 does not tell them.
 */
export function hasOtherThresholds(present: IpvsRealServer, wanted?: IpvsRealServer): boolean {
  const { upperThreshold, lowerThreshold, weight } = present;
  if (upperThreshold === undefined || lowerThreshold === undefined) return false;
  if (weight === 0 && upperThreshold === 0 && lowerThreshold === 0) return false;
  return upperThreshold !== (wanted?.upperThreshold ?? 0) || lowerThreshold !== (wanted?.lowerThreshold ?? 0);
}

function isSameServer(a: IpvsRealServer, b: IpvsRealServer): boolean {
  return a.address === b.address && a.port === b.port;
}

function nameOf({ mark, key, family }: IpvsService): string {
  if (mark !== undefined) return `-f ${mark}${family === 6 ? ' -6' : ''}`;
  return key.replace(/^tcp:/, '-t ').replace(/^udp:/, '-u ');
}

function optionsOf(service: IpvsService): string {
  const { scheduler, persistenceSeconds, persistenceNetmask, flags } = service;
  const persistence = persistenceSeconds === undefined ? '' : ` -p ${persistenceSeconds}`;
  const netmask = persistenceNetmask === undefined ? '' : ` -M ${persistenceNetmask}`;
  return `${nameOf(service)} -s ${scheduler}${persistence}${netmask}${printFlags(flags)}`;
}

function printFlags(flags: readonly string[]): string {
  const named = flags.filter((flag) => flag !== 'ops');
  return `${flags.includes('ops') ? ' -o' : ''}${named.length > 0 ? ` -b ${named.join(',')}` : ''}`;
}

function hostOf({ address, port }: IpvsRealServer): string {
  return `${address.includes(':') ? `[${address}]` : address}:${port}`;
}

/** `ipvsadm -e` makes thresholds 0 that it is not told. */
function serverOptions(server: IpvsRealServer): string {
  const { forwarding, weight, upperThreshold = 0, lowerThreshold = 0 } = server;
  const upper = upperThreshold === 0 ? '' : ` -x ${upperThreshold}`;
  const lower = lowerThreshold === 0 ? '' : ` -y ${lowerThreshold}`;
  return `-r ${hostOf(server)} ${FORWARDING_OPTION[forwarding]} -w ${weight}${upper}${lower}`;
}
