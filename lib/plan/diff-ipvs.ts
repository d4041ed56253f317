// Where the IPVS table differs from the services that are wanted; services that are not the console's are never looked at.
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import type { KernelDifference } from './kernel-difference';

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
    ...stale.map((service) =>
      item('remove', `ipvsadm -D ${nameOf(service)}`, `Service ${service.key} is there, but not wanted.`),
    ),
  ];
}

function diffService(wanted: IpvsService, present: IpvsService | undefined): KernelDifference[] {
  if (!present) {
    const add = item('add', `ipvsadm -A ${optionsOf(wanted)}`, `Service ${wanted.key} is missing.`);
    return [add, ...wanted.realServers.map((server) => ({ ...missingServer(wanted, server), isHealth: false }))];
  }
  const isSame = optionsOf(wanted) === optionsOf(present);
  const sentence = `Service ${wanted.key} is "${optionsOf(present)}", wanted "${optionsOf(wanted)}".`;
  return [
    ...(isSame ? [] : [item('edit', `ipvsadm -E ${optionsOf(wanted)}`, sentence)]),
    ...wanted.realServers.flatMap((server) =>
      diffServer(
        wanted,
        server,
        present.realServers.find((other) => isSameServer(server, other)),
      ),
    ),
    ...present.realServers
      .filter((server) => !wanted.realServers.some((other) => isSameServer(server, other)))
      .map((server) => ({ ...unwantedServer(wanted, server), isHealth: isFallback(wanted, present) })),
  ];
}

/** The fallback serves while every real server is out; nothing else takes them all out. */
function isFallback(wanted: IpvsService, present: IpvsService): boolean {
  const serves = (server: IpvsRealServer) =>
    server.weight > 0 && wanted.realServers.some((own) => isSameServer(own, server));
  return present.realServers.length === 1 && !present.realServers.some(serves);
}

function diffServer(service: IpvsService, wanted: IpvsRealServer, present?: IpvsRealServer): KernelDifference[] {
  if (!present) return [missingServer(service, wanted)];
  // A director that is a real server itself is shown as local, whatever was asked for.
  const isForwarded = present.forwarding === wanted.forwarding || present.forwarding === 'local';
  if (isForwarded && present.weight === wanted.weight) return [];
  const command = `ipvsadm -e ${nameOf(service)} ${serverOptions(wanted)}`;
  const sentence = `Real server ${wanted.address} of ${service.key} is ${present.forwarding} weight ${present.weight}, wanted ${wanted.forwarding} weight ${wanted.weight}.`;
  const isHealth = isForwarded && present.weight === 0;
  return [{ ...item('edit', command, sentence), isHealth }];
}

/** Only a health check takes a server out of a service that is there, so a missing one is reported, not repaired. */
function missingServer(service: IpvsService, server: IpvsRealServer): KernelDifference {
  const command = `ipvsadm -a ${nameOf(service)} ${serverOptions(server)}`;
  return {
    ...item('add', command, `Real server ${server.address} of ${service.key} is not in the table.`),
    isHealth: true,
  };
}

function unwantedServer(service: IpvsService, server: IpvsRealServer): KernelDifference {
  const command = `ipvsadm -d ${nameOf(service)} -r ${server.address}:${server.port}`;
  return item('remove', command, `Real server ${server.address} of ${service.key} is there, but not wanted.`);
}

function item(change: KernelDifference['change'], command: string, sentence: string): KernelDifference {
  return { kind: 'ipvs', change, command, sentence };
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

function serverOptions({ address, port, forwarding, weight }: IpvsRealServer): string {
  return `-r ${address.includes(':') ? `[${address}]` : address}:${port} ${FORWARDING_OPTION[forwarding]} -w ${weight}`;
}
