// What one pair tells Prometheus: samples by metric name, from the frames that the pollers already wrote. Pure.
import type { TopologyDocument } from '@/lib/core/document';
import type { IpvsService } from '@/lib/core/kernel-state';
import { COUNTED_AS_GONE_MS } from '@/lib/core/pair-drift';
import { connectionsOf, findCounter, printRealServer } from '@/lib/core/service-counters';
import type { Counter, LiveHost, LivePair } from '@/lib/core/views/live';
import type { Sample } from './print-metrics';

/** A table of any size makes at most this many series of a kind per director; `lvs_rows_left_out` says how many more there are. */
export const MOST_SERVICES = 500;
export const MOST_REAL_SERVERS = 2_000;

export type PairSource = { name: string; pair: LivePair; document: TopologyDocument | undefined };
export type Emit = (metric: string, labels: Sample['labels'], value: number) => void;

const STATES: readonly LivePair['state'][] = ['one-active', 'none-active', 'both-active', 'unknown'];

export function emitPair({ name, pair, document }: PairSource, now: number, emit: Emit): void {
  for (const state of STATES) emit('lvs_pair_state', { pair: name, state }, pair.state === state ? 1 : 0);
  for (const host of pair.hosts) emitHost({ pair: name, director: host.director }, host, document, now, emit);
}

type HostLabels = { pair: string; director: string };

function emitHost(
  labels: HostLabels,
  host: LiveHost,
  document: TopologyDocument | undefined,
  now: number,
  emit: Emit,
): void {
  const ageMs = host.readAt === undefined ? undefined : now - Date.parse(host.readAt);
  const isRead = ageMs !== undefined && ageMs < COUNTED_AS_GONE_MS && !host.problem;
  emit('lvs_director_up', labels, isRead ? 1 : 0);
  if (ageMs !== undefined) emit('lvs_director_read_age_seconds', labels, ageMs / 1000);
  // A series of a director that cannot be read would go on telling the past: it ends instead.
  if (!isRead) return;
  if (host.role !== 'unknown') emit('lvs_director_active', labels, host.role === 'active' ? 1 : 0);
  emit('lvs_director_poll_seconds', labels, host.pollMs / 1000);
  if (host.drift.state === 'none' || host.drift.state === 'drift')
    emit('lvs_director_drift_objects', labels, host.drift.items.length + host.drift.more);
  for (const role of ['master', 'backup'] as const)
    emit('lvs_sync_daemon', { ...labels, role }, host.syncDaemon.some((each) => each.role === role) ? 1 : 0);
  emitServices(labels, host, document, emit);
  emitMarkRules(labels, host, emit);
}

function emitServices(labels: HostLabels, host: LiveHost, document: TopologyDocument | undefined, emit: Emit): void {
  let servers = 0;
  let leftOut = 0;
  for (const [at, service] of host.services.entries()) {
    if (at >= MOST_SERVICES) {
      leftOut += 1 + service.realServers.length;
      continue;
    }
    const named = { ...labels, ...serviceLabels(service, document) };
    const { active, inactive } = connectionsOf(service);
    emit('lvs_service_active_connections', named, active);
    emit('lvs_service_inactive_connections', named, inactive);
    emitCounters('lvs_service', named, findCounter(host.statistics, service, undefined), emit);
    for (const realServer of service.realServers) {
      servers += 1;
      if (servers > MOST_REAL_SERVERS) {
        leftOut += 1;
        continue;
      }
      const one = { ...named, real_server: printRealServer(realServer) };
      emit('lvs_real_server_weight', one, realServer.weight);
      emit('lvs_real_server_active_connections', one, realServer.activeConnections ?? 0);
      emit('lvs_real_server_inactive_connections', one, realServer.inactiveConnections ?? 0);
      emitCounters('lvs_real_server', one, findCounter(host.statistics, service, realServer), emit);
    }
  }
  emit('lvs_rows_left_out', labels, leftOut);
}

/** A service that no group of the topology made has empty labels, so that it can be told apart. */
function serviceLabels(service: IpvsService, document: TopologyDocument | undefined): Record<string, string> {
  const group = document?.groups.find(({ mark }) => mark === service.mark);
  const mark = service.mark === undefined ? '' : String(service.mark);
  return { service: service.key, mark, group: group?.name ?? '', pool: group?.pool ?? '' };
}

function emitCounters(prefix: string, labels: Sample['labels'], counter: Counter | undefined, emit: Emit): void {
  if (!counter) return;
  emit(`${prefix}_connections_total`, labels, counter.connections);
  emit(`${prefix}_packets_total`, { ...labels, direction: 'in' }, counter.inPackets);
  emit(`${prefix}_packets_total`, { ...labels, direction: 'out' }, counter.outPackets);
  emit(`${prefix}_bytes_total`, { ...labels, direction: 'in' }, counter.inBytes);
  emit(`${prefix}_bytes_total`, { ...labels, direction: 'out' }, counter.outBytes);
}

/** Rules of one group are one series: a group of a thousand ranges has a thousand rules. */
function emitMarkRules(labels: HostLabels, host: LiveHost, emit: Emit): void {
  const sums = new Map<string, { group: string; mark: string; packets: number; bytes: number }>();
  for (const { own, group, mark, packets, bytes } of host.rules) {
    if (!own || group === undefined || mark === undefined || packets === null || bytes === null) continue;
    const key = `${mark} ${group}`;
    const sum = sums.get(key) ?? { group, mark: String(mark), packets: 0, bytes: 0 };
    sums.set(key, { ...sum, packets: sum.packets + packets, bytes: sum.bytes + bytes });
  }
  for (const { group, mark, packets, bytes } of [...sums.values()].slice(0, MOST_SERVICES)) {
    emit('lvs_mark_rule_packets_total', { ...labels, group, mark }, packets);
    emit('lvs_mark_rule_bytes_total', { ...labels, group, mark }, bytes);
  }
}
