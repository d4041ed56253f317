// The IPVS table as rows: each service with its group's name, each real server below it, with counters and rates.
import type { PoolDocument, TopologyDocument } from '@/lib/core/document';
import type { IpvsRealServer, IpvsService } from '@/lib/core/kernel-state';
import { connectionsOf, findCounter } from '@/lib/core/service-counters';
import type { Counter, LiveHost } from '@/lib/core/views/live';

type Endpoint = Pick<IpvsRealServer, 'address' | 'port'>;
type RealServerDocument = PoolDocument['realServers'][number];

/** `down`: wanted, and at weight 0 or out of the table, where health checks put it. `other`: not of the group's pool. */
export type ServerState = 'up' | 'draining' | 'down' | 'fallback' | 'other';
export type ServiceRow = {
  service: IpvsService;
  realServer: IpvsRealServer | undefined;
  group: string | undefined;
  /** Of the group, when this real server is in it. */
  pool: string | undefined;
  /** Of a real server of a known group. */
  state: ServerState | undefined;
  /** Connections that the pool allows it, when it says so. */
  limits: string | undefined;
  active: number;
  inactive: number;
  rate: Counter | undefined;
  total: Counter | undefined;
};

/** `document`: of the revision that runs. Real servers that it wants and the table has not are rows too. */
export function serviceRows(host: LiveHost, document: TopologyDocument | undefined): ServiceRow[] {
  return host.services.flatMap((service) => {
    const group = document?.groups.find(({ mark }) => mark === service.mark);
    const pool = document?.pools.find(({ name }) => name === group?.pool);
    const row = (realServer: IpvsRealServer | undefined, active: number, inactive: number): ServiceRow => {
      const wanted = realServer && pool && wantedOf(pool, realServer);
      return {
        ...{ service, realServer, group: group?.name, pool: wanted && pool.name, active, inactive },
        state: realServer && pool && stateOf(pool, wanted, realServer),
        limits: wanted && limitsOf(wanted),
        rate: findCounter(host.rates, service, realServer),
        total: findCounter(host.statistics, service, realServer),
      };
    };
    const { active, inactive } = connectionsOf(service);
    return [
      row(undefined, active, inactive),
      ...service.realServers.map((each) => row(each, each.activeConnections ?? 0, each.inactiveConnections ?? 0)),
      ...missingOf(service, pool).map((each) => row(each, 0, 0)),
    ];
  });
}

function wantedOf({ realServers }: PoolDocument, { address, port }: Endpoint): RealServerDocument | undefined {
  return realServers.find((each) => each.address === address && (each.port ?? 0) === port);
}

/** Of the service's family; as they would stand in the table, at weight 0. */
function missingOf({ family, realServers }: IpvsService, pool: PoolDocument | undefined): IpvsRealServer[] {
  const isThere = ({ address, port = 0 }: RealServerDocument) =>
    realServers.some((each) => each.address === address && each.port === port);
  return (pool?.realServers ?? [])
    .filter((each) => (each.address.includes(':') ? 6 : 4) === family && !isThere(each))
    .map(({ address, port = 0 }) => ({ address, port, forwarding: pool?.forwarding ?? 'masq', weight: 0 }));
}

function stateOf(pool: PoolDocument, wanted: RealServerDocument | undefined, { weight, ...live }: IpvsRealServer) {
  if (!wanted) return live.forwarding === 'local' || live.address === pool.fallback?.address ? 'fallback' : 'other';
  if (wanted.weight === 0) return 'draining';
  return weight > 0 ? 'up' : 'down';
}

function limitsOf({ upperThreshold, lowerThreshold }: RealServerDocument): string | undefined {
  if (upperThreshold === undefined) return undefined;
  const again = lowerThreshold === undefined ? '' : `, again below ${lowerThreshold}`;
  return `at most ${upperThreshold} connections${again}`;
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
