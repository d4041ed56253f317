// The IPVS table as rows: each service with its group's name, each real server below it, with counters and rates.
import type { PoolDocument, TopologyDocument } from '@/lib/core/document';
import type { IpvsRealServer, IpvsService } from '@/lib/core/kernel-state';
import { connectionsOf, findCounter } from '@/lib/core/service-counters';
import type { Counter, LiveHost } from '@/lib/core/views/live';

export type ServiceRow = {
  service: IpvsService;
  realServer: IpvsRealServer | undefined;
  group: string | undefined;
  /** Of the group, when this real server is in it. */
  pool: string | undefined;
  active: number;
  inactive: number;
  rate: Counter | undefined;
  total: Counter | undefined;
};

export function serviceRows(host: LiveHost, document: TopologyDocument | undefined): ServiceRow[] {
  return host.services.flatMap((service) => {
    const group = document?.groups.find(({ mark }) => mark === service.mark);
    const pool = document?.pools.find(({ name }) => name === group?.pool);
    const row = (realServer: IpvsRealServer | undefined, active: number, inactive: number): ServiceRow => ({
      service,
      realServer,
      group: group?.name,
      pool: realServer && pool && isInPool(pool, realServer) ? pool.name : undefined,
      active,
      inactive,
      rate: findCounter(host.rates, service, realServer),
      total: findCounter(host.statistics, service, realServer),
    });
    const { active, inactive } = connectionsOf(service);
    return [
      row(undefined, active, inactive),
      ...service.realServers.map((each) => row(each, each.activeConnections ?? 0, each.inactiveConnections ?? 0)),
    ];
  });
}

function isInPool({ realServers }: PoolDocument, { address, port }: IpvsRealServer): boolean {
  return realServers.some((each) => each.address === address && (each.port ?? 0) === port);
}

/** The row as the command that would make it (ipvsadm(8)). */
export function printServiceCommand({ service, realServer }: ServiceRow): string {
  const [kind = '', ...rest] = service.key.split(':');
  const target =
    service.mark !== undefined
      ? `-f ${service.mark}${service.family === 6 ? ' -6' : ''}`
      : `${kind === 'udp' ? '-u' : kind === 'sctp' ? '--sctp-service' : '-t'} ${rest.join(':')}`;
  if (!realServer) {
    const persistence = service.persistenceSeconds === undefined ? '' : ` -p ${service.persistenceSeconds}`;
    return `ipvsadm -A ${target} -s ${service.scheduler}${persistence}`;
  }
  const host = realServer.address.includes(':') ? `[${realServer.address}]` : realServer.address;
  const method = { masq: ' -m', gate: ' -g', ipip: ' -i', local: ' -g' }[realServer.forwarding];
  return `ipvsadm -a ${target} -r ${host}:${realServer.port}${method} -w ${realServer.weight}`;
}
