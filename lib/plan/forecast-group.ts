// One group of the forecast: is it touched, why, and what becomes of its connections and bound clients.
import type { IpvsService } from '../core/kernel-state';
import type { FwMarkGroup } from '../core/topology';
import type { GroupForecast } from '../core/views/forecast';
import { NO_CONNECTIONS, NO_PERSISTENCE, subtract, type TrafficNow } from './forecast-counts';
import type { Moves } from './forecast-moves';
import {
  connectionFates,
  endOf,
  persistenceFates,
  serverFates,
  serviceReasons,
  type ServerFate,
  type ServiceChange,
} from './forecast-service';

export type GroupChange = {
  service: string;
  /** In the topology that runs, in the planned one; the same mark and family. */
  before?: FwMarkGroup;
  after?: FwMarkGroup;
  /** In the kernel (or, where it was not read, of the last release). */
  present?: IpvsService;
  /** What the two releases want. */
  beforeService?: IpvsService;
  afterService?: IpvsService;
  /** The other mark of the group with this name, where its mark changes. */
  otherMark?: number;
};
type Context = {
  moves: Moves;
  traffic: TrafficNow;
  sysctls: Readonly<Record<string, string>>;
  /** What becomes of that which would have stayed, and why. Absent: it stays. */
  upset?: Upset;
};
export type Upset = { fate: 'lost' | 'uncertain'; reason: string };

export function forecastGroup(change: GroupChange, context: Context): GroupForecast {
  const { service, before, after, present, afterService } = change;
  const group = (after ?? before)?.name ?? service;
  if (!present) {
    const nothing = { connections: NO_CONNECTIONS, persistence: NO_PERSISTENCE };
    if (after && !afterService) return { group, service, change: 'untouched', reasons: [MISSING], ...nothing };
    return { group, service, change: afterService ? 'added' : 'removed', reasons: absentReasons(change), ...nothing };
  }
  const part = serviceChangeOf(change, present, context.sysctls);
  const fates = serverFates(part).map((fate) => unsettle(fate, context.upset));
  const told = [
    ...headReasons(change, context),
    ...serviceReasons(part),
    ...fates.flatMap(({ reason }) => reason ?? []),
    ...(after && before ? context.moves.reasonsOf(service) : []),
  ];
  const { upset } = context;
  const isTouched = told.length > 0 || upset !== undefined;
  return {
    ...{ group, service, change: afterService ? (isTouched ? 'changed' : 'untouched') : 'removed' },
    reasons: isTouched ? [...told, ...(upset ? [upset.reason] : [])] : [untouchedReason(change)],
    connections: withUnmatched(change, fates, context),
    persistence: persistenceFates(part, fates, context.traffic),
  };
}

const MISSING = 'The service is missing on the director, and nothing in this plan makes it again.';

function serviceChangeOf(
  { before, after, beforeService, afterService }: GroupChange,
  present: IpvsService,
  sysctls: Context['sysctls'],
): ServiceChange {
  // A fallback that the pool no longer has is purged like any other real server.
  const fallback = after?.pool.fallback ?? (before && after ? undefined : before?.pool.fallback);
  return {
    ...{ present, sysctls, fallbacks: fallback ? [fallback.address.text] : [] },
    ...(afterService && { wanted: afterService }),
    ...(beforeService && { before: beforeService }),
  };
}

function unsettle(fate: ServerFate, upset: Upset | undefined): ServerFate {
  return fate.fate === 'kept' && upset ? { ...fate, fate: upset.fate } : fate;
}

function headReasons({ afterService, otherMark }: GroupChange, { sysctls }: Context): string[] {
  if (afterService) return [];
  const end = `its connections ${endOf(sysctls)}`;
  return otherMark === undefined
    ? [`The service goes with the group: ${end}.`]
    : [`The mark of the group becomes ${otherMark}: this service goes, ${end}, and another one begins empty.`];
}

function absentReasons({ afterService, beforeService, otherMark }: GroupChange): string[] {
  if (!afterService) return ['The service is not there already.'];
  if (otherMark !== undefined)
    return [`A new service takes the place of mark ${otherMark}; it begins without connections.`];
  return [beforeService ? 'The service is missing on the director, and is made again.' : 'The service is new.'];
}

/** Of those whose real server stays: what is in no group any more. */
function withUnmatched({ service, afterService }: GroupChange, fates: readonly ServerFate[], { moves }: Context) {
  const connections = connectionFates(fates);
  if (!afterService) return connections;
  const staying = fates.filter(({ fate }) => fate === 'kept').map(({ server }) => server);
  const unmatched = moves.countUnmatched(service, staying);
  return { ...connections, unmatched, kept: subtract(connections.kept, unmatched) };
}

function untouchedReason({ before, after }: GroupChange): string {
  if (!before || !after) return 'The service is there already as it is wanted.';
  const checksOf = ({ pool }: FwMarkGroup) => JSON.stringify([pool.healthCheck, pool.quiescent]);
  if (checksOf(before) !== checksOf(after))
    return 'Only the health check changes: connections stay. What it finds from now on can take real servers out.';
  return before.name === after.name ? 'Nothing of it changes.' : 'Only its name changes.';
}
