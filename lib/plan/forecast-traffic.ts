// What a plan does to the connections that exist now, group by group. Pure; not part of the plan's hash, so that it can be made again.
import type { HostRelease } from '../core/release';
import type { FwMarkGroup, Topology } from '../core/topology';
import type { IpvsService } from '../core/kernel-state';
import type { Forecast, Interruption } from '../core/views/forecast';
import type { HostPlan, PairMode } from '../core/views/plan';
import { markKey } from '../parse/ipvs-text';
import { familyOfGroup } from '../render/role-intent';
import { totalsOf, type TrafficNow } from './forecast-counts';
import { forecastGroup, type GroupChange, type Upset } from './forecast-group';
import { forecastInterruption } from './forecast-interruption';
import { findMoves } from './forecast-moves';

export type ForecastInput = {
  /** Of the active director: its part of the plan, its release, and the one that it holds. */
  host: HostPlan;
  release: HostRelease;
  previous?: HostRelease;
  mode: PairMode;
  topology: Topology;
  /** What runs now; absent before the first deploy. */
  base?: Topology;
  traffic: TrafficNow;
};

export function forecastTraffic({ host, release, previous, mode, topology, base, traffic }: ForecastInput): Forecast {
  const { isSyncing } = traffic;
  // Both reload in one window where they must agree on what changes: then the addresses may move.
  const isElected = mode === 'together' && host.daemonAction === 'reload-keepalived';
  const interruption = forecastInterruption({ action: host.daemonAction, isElected, topology, isSyncing });
  const upset = isElected ? ELECTED : upsetBy(interruption.kind, topology, isSyncing);
  const before = previous?.intent.active.ipvs ?? [];
  const present = traffic.services ?? before;
  // Where no daemon is told to look, the table stays as it is, whatever its file says.
  const isStill = host.baseRelease !== 'unknown' && !host.actions.some(({ kind }) => kind === 'daemon');
  const wanted = isStill ? present : release.intent.active.ipvs;
  const moves = findMoves(base, topology, traffic);
  const context = {
    ...{ moves, traffic, sysctls: release.intent.always.sysctls },
    ...(upset && { upset }),
  };
  const changes = changesOf({ base, topology, before, wanted, present });
  const groups = changes.map((change) => forecastGroup(change, context));
  return {
    director: host.director,
    ...(traffic.readAt !== undefined && { readAt: traffic.readAt }),
    ...{ limits: limitsOf(host, traffic, present, groups), interruption, groups, totals: totalsOf(groups) },
  };
}

const ELECTED: Upset = { fate: 'uncertain', reason: 'Its packets may come to the other director from then on.' };

/** Only the other director can know the connections after a restart. A start may find a table that another daemon left. */
function upsetBy(kind: Interruption['kind'], { stack }: Topology, isSyncing: boolean | undefined): Upset | undefined {
  if (kind !== 'start' && kind !== 'restart') return undefined;
  const isLost = kind === 'restart' && (stack === 'single' || isSyncing === false);
  return { fate: isLost ? 'lost' : 'uncertain', reason: 'The daemons make its service anew.' };
}

type Sides = {
  base: Topology | undefined;
  topology: Topology;
  before: readonly IpvsService[];
  wanted: readonly IpvsService[];
  present: readonly IpvsService[];
};

/** Every service of ours, in the order of the planned groups, then those that go. A foreign one is never looked at. */
function changesOf({ base, topology, before, wanted, present }: Sides): GroupChange[] {
  const [olds, nexts] = [groupsByService(base), groupsByService(topology)];
  const [oldByName, nextByName] = [marksByName(base), marksByName(topology)];
  const [beforeBy, wantedBy, presentBy] = [byKey(before), byKey(wanted), byKey(present)];
  return [...new Set([...nexts.keys(), ...olds.keys()])].map((service) => {
    const [was, is] = [olds.get(service), nexts.get(service)];
    const [there, old, next] = [presentBy.get(service), beforeBy.get(service), is && wantedBy.get(service)];
    const otherMark = was && is ? undefined : (is ? oldByName : nextByName).get((is ?? was)?.name ?? '');
    return {
      service,
      ...(was && { before: was }),
      ...(is && { after: is }),
      ...(there && { present: there }),
      ...(old && { beforeService: old }),
      ...(next && { afterService: next }),
      ...(otherMark !== undefined && { otherMark }),
    };
  });
}

const marksByName = (topology: Topology | undefined) => new Map(topology?.groups.map(({ name, mark }) => [name, mark]));
const byKey = (services: readonly IpvsService[]) => new Map(services.map((service) => [service.key, service]));

function groupsByService(topology: Topology | undefined): Map<string, FwMarkGroup> {
  const groups = topology?.groups ?? [];
  return new Map(groups.map((group) => [markKey(group.mark, familyOfGroup(group)), group]));
}

function limitsOf(
  { director, baseRelease }: HostPlan,
  traffic: TrafficNow,
  present: readonly IpvsService[],
  groups: Forecast['groups'],
): string[] {
  if (baseRelease === 'unknown')
    return [`${director} could not be read: what its daemons would do and how many connections it has is not known.`];
  if (traffic.services === undefined)
    return [`The connections of ${director} could not be counted: ${traffic.problem ?? 'it was not read'}`];
  const isPersistent = present.some(({ persistenceSeconds }) => persistenceSeconds !== undefined);
  const isLeaving = groups.some(({ connections }) => connections.unmatched === 'unknown');
  if (traffic.listing?.isWhole || !(isPersistent || isLeaving)) return [];
  const rows = traffic.listing
    ? `only its first ${traffic.listing.rows.length} rows were read`
    : 'it could not be read';
  return [
    `The connection table is listed within a bound, to spare the director, and ${rows}: ${
      isPersistent ? 'how many clients are bound is not known' : 'how many connections leave their group is not known'
    }.`,
  ];
}
