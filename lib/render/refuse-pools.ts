// Real servers and fallbacks that the kernel or the daemon of the stack would take otherwise than they are written.
import { error, type Diagnostic, type DiagnosticPath } from '../core/diagnostic';
import type { Pool, RealServer, Topology } from '../core/topology';
import { onlyPortOf } from './check-ports';

/** What ldirectord's grammar and keepalived's both take. */
const MAX_NUMBER = 65_535;

export function refusePools(topology: Topology): Diagnostic[] {
  return topology.pools.flatMap((pool, at) => {
    const path = ['pools', at];
    return [
      ...refuseEmpty(topology, pool, path),
      ...pool.realServers.flatMap((server, index) => refuseRealServer(pool, server, [...path, 'realServers', index])),
      ...refuseRewrittenPorts(topology, pool, path),
      ...refuseFallback(pool, path),
    ];
  });
}

/** keepalived ends its test with a warning about the quorum, and then so does the deploy. */
function refuseEmpty({ stack }: Topology, { name, realServers }: Pool, path: DiagnosticPath): Diagnostic[] {
  const at = [...path, 'realServers'];
  if (realServers.length === 0) return [error('render.empty-pool', at, `Pool "${name}" has no real server.`)];
  if (stack !== 'keepalived' || realServers.some(({ weight }) => weight > 0)) return [];
  const message = `Every real server of pool "${name}" has weight 0, for which keepalived has no quorum.`;
  return [error('render.all-weights-zero', at, message, 'Give at least one a weight above 0.')];
}

function refuseRealServer({ name, forwarding }: Pool, server: RealServer, path: DiagnosticPath): Diagnostic[] {
  const { address, port, upperThreshold = 0, lowerThreshold = 0 } = server;
  const numbers = (['weight', 'upperThreshold', 'lowerThreshold'] as const).filter((key) => {
    const { [key]: number = 0 } = server;
    return !Number.isInteger(number) || number < 0 || number > MAX_NUMBER;
  });
  return [
    ...numbers.map((key) =>
      error('render.number', [...path, key], `${key} of real server ${address.text} is not 0 to ${MAX_NUMBER}.`),
    ),
    ...(upperThreshold > 0 && lowerThreshold > upperThreshold
      ? [
          error(
            'render.thresholds',
            [...path, 'lowerThreshold'],
            `The lower threshold of ${address.text} is above the upper one.`,
          ),
        ]
      : []),
    ...(port !== undefined && forwarding !== 'masq'
      ? [
          error(
            'render.port-not-masq',
            [...path, 'port'],
            `Real server ${address.text} of pool "${name}" has a port, but ${forwarding} cannot change the port of a packet.`,
            'Remove the port, or use forwarding masq.',
          ),
        ]
      : []),
  ];
}

/** The kernel sends every packet of the group to that port (lvs.md S4). */
function refuseRewrittenPorts({ groups }: Topology, pool: Pool, path: DiagnosticPath): Diagnostic[] {
  const many = groups.find((group) => group.pool === pool && onlyPortOf(group) === undefined);
  if (!many || pool.forwarding !== 'masq') return [];
  return pool.realServers.flatMap(({ address, port }, at) =>
    port === undefined
      ? []
      : [
          error(
            'render.port-under-masq',
            [...path, 'realServers', at, 'port'],
            `Real server ${address.text} has a port, but group "${many.name}" has more than one: all would be sent to port ${port}.`,
            'Remove the port.',
          ),
        ],
  );
}

function refuseFallback({ name, fallback }: Pool, path: DiagnosticPath): Diagnostic[] {
  if (fallback?.port === undefined || fallback.forwarding === 'masq') return [];
  const message = `The fallback of pool "${name}" has a port, but ${fallback.forwarding} cannot change the port of a packet.`;
  return [error('render.port-not-masq', [...path, 'fallback', 'port'], message, 'Remove the port.')];
}
