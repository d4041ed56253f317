// Who holds a real server now, and when that ends at most: from the cheap counts and the bounded listing of one director.
import { parseAddress } from '../core/address';
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import type { Connection } from '../core/views/connections';
import type { ServerHolders } from '../core/views/verbs';
import { parseEndpoint } from '../parse/ipvs-text';
import { connectionsOf, familyOf, isOnServer, sum, templatesOf, type TrafficNow } from './forecast-counts';

/** More names than that are a list that nobody reads. */
const NAMED = 50;

/** `services`: keys of those that count; absent: all that have the real server. */
export type HeldTarget = { address: string; port?: number | undefined; services?: readonly string[] | undefined };
type Use = { service: IpvsService; server: IpvsRealServer };

export function holdersOf(traffic: TrafficNow, { address, port = 0, services: keys }: HeldTarget): ServerHolders {
  const { director, readAt, problem, services, listing } = traffic;
  const parsed = parseAddress(address);
  const text = parsed.ok ? parsed.value.text : address;
  const uses = services
    ?.filter(({ key }) => keys?.includes(key) ?? true)
    .flatMap((service) => usesOf(service, text, port));
  const rows = listing?.rows.filter((row) => uses?.some((use) => isHeldBy(row, use))) ?? [];
  const timers = rows.filter(({ kind }) => kind === 'connection').map(({ expiresSeconds }) => expiresSeconds);
  return {
    ...{ director, ...(readAt !== undefined && { readAt }), ...(problem !== undefined && { problem }) },
    connections: uses ? sum(uses.map(({ server }) => connectionsOf(server))) : 'unknown',
    active: uses ? sum(uses.map(({ server }) => server.activeConnections ?? 'unknown')) : 'unknown',
    templateCount: uses ? sum(uses.map(({ service, server }) => templatesOf(traffic, service, server))) : 'unknown',
    templates: rows
      .filter(({ kind }) => kind === 'template')
      .slice(0, NAMED)
      .map(toTemplate),
    ...(listing?.isWhole && timers.length > 0 && { longestSeconds: Math.max(...timers) }),
  };
}

function usesOf(service: IpvsService, address: string, port: number): Use[] {
  const found = service.realServers.filter((each) => each.address === address && each.port === port);
  return found.map((server) => ({ service, server }));
}

/** A row does not say its service, so with `services` some of another one may be among them: the longest timer is then still a bound. */
function isHeldBy(row: Connection, { service, server }: Use): boolean {
  if (row.kind === 'connection') return isOnServer(row, server);
  return row.mark === service.mark && familyOf(row) === service.family && isSameAddress(row, server);
}

function isSameAddress({ realServer }: Connection, { address }: IpvsRealServer): boolean {
  return parseEndpoint(realServer)?.address === address;
}

function toTemplate({ client, mark, expiresSeconds }: Connection): ServerHolders['templates'][number] {
  return { client: client.replace(/:0$/, ''), ...(mark !== undefined && { mark }), expiresSeconds };
}
