// What becomes of the connections and the bound clients of one IPVS service when its wanted state changes.
import type { IpvsRealServer, IpvsService } from '../core/kernel-state';
import type { ConnectionFates, PersistenceFates } from '../core/views/forecast';
import { connectionsOf, printServer, sum, templatesOf, type TrafficNow } from './forecast-counts';

export type ServerFate = {
  server: IpvsRealServer;
  fate: 'kept' | 'lost' | 'uncertain';
  /** Takes no new connections from now on. */
  isDraining: boolean;
  reason?: string;
};
export type ServiceChange = {
  present: IpvsService;
  /** Absent: it goes. */
  wanted?: IpvsService;
  /** What the last release wanted: a real server of it that is not there was taken out by its health check. */
  before?: IpvsService;
  /** Of the pool, before and after: they serve while all real servers are out, and are in no intent. */
  fallbacks: readonly string[];
  sysctls: Readonly<Record<string, string>>;
};

/** Kernel: a packet of a connection whose destination left its service is dropped; with the sysctl its entry is too. */
export function endOf(sysctls: ServiceChange['sysctls']): string {
  return sysctls['net.ipv4.vs.expire_nodest_conn'] === '1'
    ? 'are reset at their next packet (expire_nodest_conn)'
    : 'get no answer any more until they time out (expire_nodest_conn is off)';
}

export function serverFates(change: ServiceChange): ServerFate[] {
  return change.present.realServers.map((server) => fateOf(change, server));
}

function fateOf({ present, wanted, fallbacks, sysctls }: ServiceChange, server: IpvsRealServer): ServerFate {
  const kept: ServerFate = { server, fate: 'kept', isDraining: false };
  const name = printServer({ ...server, family: present.family });
  if (!wanted) return { ...kept, fate: 'lost' };
  const next = wanted.realServers.find((other) => isSame(server, other));
  if (!next && fallbacks.includes(server.address)) return kept;
  if (!next) return { ...kept, fate: 'lost', reason: `Real server ${name} goes: its connections ${endOf(sysctls)}.` };
  // A director that is a real server itself is shown as local, whatever was asked for.
  if (server.forwarding !== next.forwarding && server.forwarding !== 'local')
    return {
      ...kept,
      fate: 'uncertain',
      reason: `Forwarding to ${name} changes from ${server.forwarding} to ${next.forwarding}: the kernel keeps the old way for connections that exist, and they end where the real server answers the new way only.`,
    };
  if (server.weight > 0 && next.weight === 0)
    return {
      ...kept,
      isDraining: true,
      reason: `Real server ${name} gets weight 0: it keeps its connections, new ones go elsewhere.`,
    };
  if (server.weight !== next.weight && server.weight > 0)
    return {
      ...kept,
      reason: `Real server ${name} changes from weight ${server.weight} to ${next.weight}: only new connections are shared out anew.`,
    };
  return kept;
}

function isSame(a: IpvsRealServer, b: IpvsRealServer): boolean {
  return a.address === b.address && a.port === b.port;
}

/** Scheduler, persistence, flags, limits, new real servers: nothing that ends a connection. */
export function serviceReasons({ present, wanted, before }: ServiceChange): string[] {
  if (!wanted) return [];
  const known = [...present.realServers, ...(before?.realServers ?? [])];
  const added = wanted.realServers.filter((server) => !known.some((other) => isSame(server, other)));
  return [
    ...(present.scheduler === wanted.scheduler
      ? []
      : [`Scheduler ${present.scheduler} becomes ${wanted.scheduler}: it chooses for new connections only.`]),
    ...(flagsOf(present) === flagsOf(wanted)
      ? []
      : ['The flags of the service change: they count for new connections.']),
    ...added.map(
      (server) => `Real server ${printServer({ ...server, family: wanted.family })} comes: it gets new connections.`,
    ),
    ...(before && limitsOf(before) !== limitsOf(wanted)
      ? ['Connection limits of real servers change: they count for new connections.']
      : []),
    ...persistenceReason(present, wanted),
  ];
}

const flagsOf = ({ flags }: IpvsService) => flags.toSorted().join(' ');

function limitsOf({ realServers }: IpvsService): string {
  const limits = realServers.map(({ address, port, upperThreshold = 0, lowerThreshold = 0 }) =>
    upperThreshold + lowerThreshold === 0 ? '' : `${address} ${port} ${upperThreshold} ${lowerThreshold}`,
  );
  return limits
    .filter((limit) => limit !== '')
    .toSorted()
    .join();
}

function persistenceReason(present: IpvsService, wanted: IpvsService): string[] {
  const [was, is] = [present.persistenceSeconds, wanted.persistenceSeconds];
  if (was === undefined && is === undefined) return [];
  if (was === undefined) return ['Persistence begins: a client is bound with its next connection.'];
  if (is === undefined) return ['Persistence ends: the next connection of a client may go to another real server.'];
  if (present.persistenceNetmask !== wanted.persistenceNetmask)
    return ['The netmask of persistence changes: bound clients are not found any more, and are bound anew.'];
  return was === is
    ? []
    : [
        `Persistence changes from ${was} to ${is} seconds: bound clients stay, with the new time from their next connection on.`,
      ];
}

export function connectionFates(fates: readonly ServerFate[]): ConnectionFates {
  const of = (keep: (fate: ServerFate) => boolean) =>
    sum(fates.filter(keep).map(({ server }) => connectionsOf(server)));
  return {
    now: of(() => true),
    kept: of(({ fate }) => fate === 'kept'),
    loseServer: of(({ fate }) => fate === 'lost'),
    unmatched: 0,
    uncertain: of(({ fate }) => fate === 'uncertain'),
    draining: of(({ fate, isDraining }) => fate === 'kept' && isDraining),
  };
}

/** A template is not used any more when its real server left, or has weight 0 under expire_quiescent_template. */
export function persistenceFates(
  { present, wanted, sysctls }: ServiceChange,
  fates: readonly ServerFate[],
  traffic: TrafficNow,
): PersistenceFates {
  const isForgotten =
    wanted?.persistenceSeconds === undefined || present.persistenceNetmask !== wanted.persistenceNetmask;
  const drops = sysctls['net.ipv4.vs.expire_quiescent_template'] === '1';
  const isLost = ({ fate, isDraining }: ServerFate) => isForgotten || fate === 'lost' || (isDraining && drops);
  const of = (keep: (fate: ServerFate) => boolean) =>
    sum(fates.filter(keep).map(({ server }) => templatesOf(traffic, present, server)));
  return {
    now: of(() => true),
    kept: of((each) => !isLost(each) && each.fate !== 'uncertain'),
    lost: of(isLost),
    uncertain: of((each) => !isLost(each) && each.fate === 'uncertain'),
  };
}
