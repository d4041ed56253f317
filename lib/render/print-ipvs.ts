// IPVS services as `ipvsadm -Sn` prints them (ipvsadm 1.31): a service, then its real servers.
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import { invariant } from '../core/errors';

const FORWARDING: Record<IpvsRealServer['forwarding'], string> = { masq: '-m', gate: '-g', ipip: '-i', local: '-m' };

export function printIpvs(services: readonly IpvsService[]): string {
  return services
    .flatMap(printService)
    .map((line) => `${line}\n`)
    .join('');
}

function printService(service: IpvsService): string[] {
  const { mark, family, scheduler, persistenceSeconds, persistenceNetmask, flags, realServers } = service;
  invariant(mark !== undefined, `cannot print IPVS service ${service.key}`);
  const name = `-f ${mark}${family === 6 ? ' -6' : ''}`;
  const scheduling = flags.filter((flag) => flag !== 'ops');
  const options = [
    `-s ${scheduler}`,
    ...(persistenceSeconds === undefined ? [] : [`-p ${persistenceSeconds}`]),
    ...(persistenceNetmask === undefined ? [] : [`-M ${persistenceNetmask}`]),
    ...(flags.includes('ops') ? ['-o'] : []),
    ...(scheduling.length === 0 ? [] : [`-b ${scheduling.join(',')}`]),
  ];
  return [`-A ${name} ${options.join(' ')}`, ...realServers.map((server) => `-a ${name} ${printRealServer(server)}`)];
}

/** `-Sn` does not print thresholds, yet they are what must hold: `ipvsadm -R` takes them, and the guard adds them when it reads. */
function printRealServer(server: IpvsRealServer): string {
  const { address, port, forwarding, weight, upperThreshold, lowerThreshold } = server;
  const host = address.includes(':') ? `[${address}]` : address;
  const upper = upperThreshold === undefined ? '' : ` -x ${upperThreshold}`;
  const lower = lowerThreshold === undefined ? '' : ` -y ${lowerThreshold}`;
  return `-r ${host}:${port} ${FORWARDING[forwarding]} -w ${weight}${upper}${lower}`;
}
