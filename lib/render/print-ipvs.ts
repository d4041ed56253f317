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
  invariant(mark !== undefined && family === 4 && flags.length === 0, `cannot print IPVS service ${service.key}`);
  const persistence = persistenceSeconds === undefined ? '' : ` -p ${persistenceSeconds}`;
  const netmask = persistenceNetmask === undefined ? '' : ` -M ${persistenceNetmask}`;
  return [
    `-A -f ${mark} -s ${scheduler}${persistence}${netmask}`,
    ...realServers.map(
      ({ address, port, forwarding, weight }) =>
        `-a -f ${mark} -r ${address}:${port} ${FORWARDING[forwarding]} -w ${weight}`,
    ),
  ];
}
