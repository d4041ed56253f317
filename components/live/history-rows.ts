// Which rows of the tables a graph can show, and what their lines are called.
import type { TopologyDocument } from '@/lib/core/document';
import { printRealServer } from '@/lib/core/service-counters';
import type { LiveHost } from '@/lib/core/views/live';

/** More lines than this nobody can tell apart. */
export const MOST_LINES = 12;

export type GraphRow = { key: string; label: string };

function serviceLabel(service: LiveHost['services'][number], document: TopologyDocument | undefined): string {
  const group = document?.groups.find(({ mark }) => mark === service.mark)?.name;
  return group === undefined ? service.key : `${group}${service.family === 6 ? ' (IPv6)' : ''}`;
}

/** Of both directors: a standby with an empty table has the same groups. */
export function graphServices(hosts: readonly LiveHost[], document: TopologyDocument | undefined): GraphRow[] {
  const rows = hosts.flatMap(({ services }) =>
    services.map((each) => ({ key: each.key, label: serviceLabel(each, document) })),
  );
  return [...new Map(rows.map((row) => [row.key, row])).values()];
}

export function graphRealServers(hosts: readonly LiveHost[], service: string): GraphRow[] {
  const servers = hosts
    .flatMap(({ services }) => services.filter(({ key }) => key === service))
    .flatMap(({ realServers }) => realServers.map(printRealServer));
  return [...new Set(servers)].map((label) => ({ key: `${service} ${label}`, label }));
}
