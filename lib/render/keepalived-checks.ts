// The health check of a pool as keepalived's checkers, and the blocks that some of them refer to.
import { addressOfFamily, containsAddress } from '../core/address';
import type { Address, Director, FwMarkGroup, Pool, RealServer, Topology } from '../core/topology';
import type { BfdInstance, KeepalivedConfig } from '../parse/keepalived-config';
import type { KeepalivedCheck } from '../parse/keepalived-config-checks';
import { checkPortsOf } from './check-ports';

/** All of them must succeed. `failures` counts like ldirectord's: 1 means that the first failure decides. */
export function keepalivedChecksOf(topology: Topology, group: FwMarkGroup, server: RealServer): KeepalivedCheck[] {
  const { type, failures = 1, timeoutSeconds, command = '' } = group.pool.healthCheck;
  const retries = failures - 1;
  const ports = checkPortsOf(group, server);
  switch (type) {
    case 'off':
      return [];
    case 'ping':
      return [{ kind: 'ping', retries }];
    case 'connect':
      return ports.map((port) => ({ kind: 'tcp', port, retries }));
    case 'udp':
      return ports.map((port) => ({ kind: 'udp', port, retries }));
    case 'negotiate':
      return ports.flatMap((port) => negotiationOf(group, port, retries));
    case 'external':
      return [{ kind: 'external', command: `${command} ${externalWords(group, server)}`, timeoutSeconds, retries }];
    case 'file':
      return [{ kind: 'file', trackFile: group.pool.name }];
    case 'bfd':
      return [{ kind: 'bfd', instance: bfdNameOf(topology, server.address) }];
  }
}

/** What ldirectord gives to its program, so that one serves both: mark, port of the service (none), real server, its port. */
function externalWords({ mark }: FwMarkGroup, { address, port = 0 }: RealServer): string {
  return `${mark} 0 ${address.text} ${port}`;
}

/** Services that keepalived cannot speak, and fields that it cannot look at, were refused before (refuse-checks.ts). */
function negotiationOf({ pool: { healthCheck } }: FwMarkGroup, port: number, retries: number): KeepalivedCheck[] {
  const { service, request = '', receive, statusCode, virtualHost } = healthCheck;
  if (service === 'smtp') return [{ kind: 'smtp', port, retries }];
  if (service === 'dns') return [{ kind: 'dns', port, retries, ...(request !== '' && { name: request }) }];
  if (service !== 'http' && service !== 'https') return [];
  return [
    {
      kind: service,
      port,
      retries,
      path: request.startsWith('/') ? request : `/${request}`,
      ...(statusCode !== undefined && { statusCode }),
      ...(virtualHost !== undefined && virtualHost !== '' && { virtualHost }),
      ...(receive !== undefined && receive !== '' && { receive }),
    },
  ];
}

/** With weight 0 a number other than 0 in the file means "do not use"; with any other it would be added to the weight. */
export function trackFilesOf({ pools, groups }: Topology): KeepalivedConfig['trackFiles'] {
  return pools
    .filter((pool) => pool.healthCheck.type === 'file' && isUsed(pool, groups))
    .map(({ name, healthCheck: { command = '' } }) => ({ name, file: command, weight: 0 }));
}

/** Three packets: a single one is lost now and then. */
const BFD_FAILURES = 3;

/** One session for each real server, whichever pools it is in. */
export function bfdInstancesOf(topology: Topology, director: Director): BfdInstance[] {
  return bfdNeighborsOf(topology).map(({ name, address, pool: { healthCheck } }) => ({
    name,
    neighbor: address.text,
    source: sourceTowards(director, address),
    intervalMs: healthCheck.intervalSeconds * 1000,
    multiplier: healthCheck.failures ?? BFD_FAILURES,
  }));
}

function bfdNameOf(topology: Topology, address: Address): string {
  return bfdNeighborsOf(topology).find((each) => each.address.text === address.text)?.name ?? '';
}

/** Named by the pool that asks first, and numbered, because a session is with one neighbour and pools may share a name. */
function bfdNeighborsOf({ pools, groups }: Topology): { name: string; address: Address; pool: Pool }[] {
  const asked = pools.filter((pool) => pool.healthCheck.type === 'bfd' && isUsed(pool, groups));
  const all = asked.flatMap((pool) => pool.realServers.map(({ address }) => ({ address, pool })));
  const hosts = [...new Map(all.toReversed().map((each) => [each.address.text, each])).values()].toReversed();
  const wordOf = ({ pool }: (typeof hosts)[number]) => pool.healthCheck.command ?? '';
  return hosts.map((host, at) => {
    const number = hosts.slice(0, at).filter((other) => wordOf(other) === wordOf(host)).length + 1;
    return { ...host, name: `${wordOf(host)}-${number}` };
  });
}

function sourceTowards({ external, internal }: Director, { family, ...address }: Address): string {
  const own = [internal, external].flatMap((side) => addressOfFamily(side, family) ?? []);
  const near = own.find(({ network }) => containsAddress(network, { family, ...address }));
  return (near ?? own[0])?.address.text ?? '';
}

function isUsed(pool: Pool, groups: readonly FwMarkGroup[]): boolean {
  return groups.some((group) => group.pool === pool || group.pool.name === pool.name);
}
