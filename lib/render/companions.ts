// Files for the hosts around the directors: what real servers need by forwarding method, and routes to the ranges on the gateways.
import type { RenderedFile } from '../core/release';
import type { Topology } from '../core/topology';
import { gatewayFilesOf } from './gateway-files';
import { realServerFilesOf } from './real-server-files';
import { realServerNeedsOf } from './real-server-needs';

/** Hosts that need nothing are left out: a gateway of plain ranges, a real server that no group uses under gate. */
export function companionsOf(topology: Topology): { host: string; files: RenderedFile[] }[] {
  const all = [
    ...realServerNeedsOf(topology).map((needs) => ({
      host: `real-servers/${needs.address.text}`,
      files: realServerFilesOf(needs),
    })),
    ...topology.gateways.map((gateway) => ({
      host: `gateways/${gateway.text}`,
      files: gatewayFilesOf(topology, gateway),
    })),
  ];
  return all.filter(({ files }) => files.length > 0);
}
