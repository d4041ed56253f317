// A group as a virtual server of keepalived: its scheduler, its real servers with their checks, and what takes their place.
import type { FwMarkGroup, RealServer, Topology } from '../core/topology';
import type { KeepalivedRealServer, KeepalivedVirtualServer } from '../parse/keepalived-config-services';
import { keepalivedChecksOf } from './keepalived-checks';
import { ipvsServiceOf } from './role-intent';

/** Made from the service that the kernel must hold, so that the two cannot differ. */
export function virtualServerOf(topology: Topology, group: FwMarkGroup): KeepalivedVirtualServer {
  const { pool, mark, scheduler, onePacket } = group;
  const { family, flags, persistenceSeconds, persistenceNetmask } = ipvsServiceOf(group);
  const { intervalSeconds, timeoutSeconds } = pool.healthCheck;
  return {
    mark,
    family,
    scheduler,
    flags: flags.filter((name) => name !== 'ops'),
    onePacket,
    forwarding: pool.forwarding,
    ...(persistenceSeconds !== undefined && { persistenceSeconds }),
    ...(persistenceNetmask !== undefined && { persistenceNetmask }),
    isInhibited: pool.quiescent,
    delaySeconds: intervalSeconds,
    timeoutSeconds,
    realServers: pool.realServers.map((server) => realServerOf(topology, group, server)),
    ...(pool.fallback && { sorryServer: sorryServerOf(pool.fallback) }),
  };
}

/** Without a port the one of the packet is kept (lvs.md S4). */
function realServerOf(topology: Topology, group: FwMarkGroup, server: RealServer): KeepalivedRealServer {
  const { address, port, weight, upperThreshold = 0, lowerThreshold = 0 } = server;
  return {
    address: address.text,
    ...(port !== undefined && { port }),
    weight,
    ...(upperThreshold > 0 && { upperThreshold }),
    ...(lowerThreshold > 0 && { lowerThreshold }),
    checks: keepalivedChecksOf(topology, group, server),
  };
}

function sorryServerOf({ address, port, forwarding }: NonNullable<FwMarkGroup['pool']['fallback']>) {
  return { address: address.text, ...(port !== undefined && { port }), forwarding };
}
