// Which counter belongs to which row of the IPVS table, and what a service's connections add up to.
import type { IpvsRealServer, IpvsService } from './kernel-state';
import type { Counter } from './views/live';

/** Counters name a real server as `address:port`, IPv6 in brackets. */
function isSameServer(counter: Counter, realServer: IpvsRealServer | undefined): boolean {
  if (!realServer) return counter.realServer === undefined;
  const { address, port } = realServer;
  return [`${address}:${port}`, `[${address}]:${port}`, address].includes(counter.realServer ?? '');
}

/** Undefined: the kernel told none for this row. */
export function findCounter(
  counters: readonly Counter[],
  service: IpvsService,
  realServer: IpvsRealServer | undefined,
): Counter | undefined {
  return counters.find((each) => each.key === service.key && isSameServer(each, realServer));
}

export function connectionsOf({ realServers }: IpvsService): { active: number; inactive: number } {
  const sum = (values: readonly (number | undefined)[]) =>
    values.reduce<number>((total, value) => total + (value ?? 0), 0);
  return {
    active: sum(realServers.map(({ activeConnections }) => activeConnections)),
    inactive: sum(realServers.map(({ inactiveConnections }) => inactiveConnections)),
  };
}

/** As every view and metric names it. */
export function printRealServer({ address, port }: Pick<IpvsRealServer, 'address' | 'port'>): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
