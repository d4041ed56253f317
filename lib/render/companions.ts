// Files for the hosts around the directors: default route of the real servers, routes to the ranges on the gateways.
import type { RenderedFile } from '../core/release';
import type { Topology } from '../core/topology';
import { gatewayFilesOf } from './gateway-files';
import { realServerFilesOf } from './real-server-files';

export function companionsOf(topology: Topology): { host: string; files: RenderedFile[] }[] {
  const servers = new Set(topology.pools.flatMap(({ realServers }) => realServers.map(({ address }) => address.text)));
  return [
    ...[...servers].map((address) => ({
      host: `real-servers/${address}`,
      files: realServerFilesOf(address, topology.virtualAddresses.internal),
    })),
    ...topology.gateways.map(({ text }) => ({ host: `gateways/${text}`, files: gatewayFilesOf(topology) })),
  ];
}
