// Counts of which some may be unknown, and the table and listing that they are counted from.
import { printEndpoint } from '../core/address';
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import type { Connection } from '../core/views/connections';
import type { ConnectionFates, Count, PersistenceFates } from '../core/views/forecast';
import { parseEndpoint } from '../parse/ipvs-text';

/** What the active director says of its connections. */
export type TrafficNow = {
  director: string;
  /** Absent: it could not be read; then `services` is absent too, and `problem` says why. */
  readAt?: string;
  problem?: string;
  /** `ipvsadm -Ln`: exact at any size. */
  services?: IpvsService[];
  /** Rows of the connection table; `isWhole` false when the bounded read did not reach its end. */
  listing?: { rows: Connection[]; isWhole: boolean };
  /** Does this director tell the other one about its connections? */
  isSyncing?: boolean;
};

/** Unknown as soon as one of them is. */
export function sum(counts: readonly Count[]): Count {
  let total = 0;
  for (const count of counts) {
    if (count === 'unknown') return 'unknown';
    total += count;
  }
  return total;
}

/** The table and the listing are read one after the other, so a difference can be off by what happened in between: never below 0. */
export function subtract(count: Count, part: Count): Count {
  if (part === 0) return count;
  return count === 'unknown' || part === 'unknown' ? 'unknown' : Math.max(0, count - part);
}

export function connectionsOf({ activeConnections, inactiveConnections }: IpvsRealServer): Count {
  if (activeConnections === undefined || inactiveConnections === undefined) return 'unknown';
  return activeConnections + inactiveConnections;
}

/** Clients that are bound to this real server of a service by mark. */
export function templatesOf(traffic: TrafficNow, service: IpvsService, server: IpvsRealServer): Count {
  if (service.persistenceSeconds === undefined) return 0;
  if (!traffic.listing?.isWhole) return 'unknown';
  return traffic.listing.rows.filter(
    (row) =>
      row.kind === 'template' &&
      row.mark === service.mark &&
      familyOf(row) === service.family &&
      addressOf(row.realServer) === server.address,
  ).length;
}

export function familyOf({ client }: Connection): 4 | 6 {
  return client.startsWith('[') ? 6 : 4;
}

function addressOf(endpoint: string): string | undefined {
  return parseEndpoint(endpoint)?.address;
}

export function isOnServer({ realServer }: Connection, { address, port }: IpvsRealServer): boolean {
  const found = parseEndpoint(realServer);
  // A service by mark keeps the port that the client asked for, so the table has 0 where the connection has a port.
  return found?.address === address && (port === 0 || found.port === port);
}

export const NO_CONNECTIONS: ConnectionFates = {
  ...{ now: 0, kept: 0, loseServer: 0, unmatched: 0, uncertain: 0, draining: 0 },
};
export const NO_PERSISTENCE: PersistenceFates = { now: 0, kept: 0, lost: 0, uncertain: 0 };

export function totalsOf(groups: readonly { connections: ConnectionFates; persistence: PersistenceFates }[]) {
  const connections = groups.map((group) => group.connections);
  const persistence = groups.map((group) => group.persistence);
  const of = <K extends string>(all: readonly Record<K, Count>[], key: K) => sum(all.map((each) => each[key]));
  return {
    connections: {
      now: of(connections, 'now'),
      kept: of(connections, 'kept'),
      loseServer: of(connections, 'loseServer'),
      unmatched: of(connections, 'unmatched'),
      uncertain: of(connections, 'uncertain'),
      draining: of(connections, 'draining'),
    },
    persistence: {
      now: of(persistence, 'now'),
      kept: of(persistence, 'kept'),
      lost: of(persistence, 'lost'),
      uncertain: of(persistence, 'uncertain'),
    },
  };
}

export function printServer({ address, port, family }: { address: string; port: number; family: 4 | 6 }): string {
  return port === 0 ? address : printEndpoint({ family, text: address, value: 0n }, port);
}
