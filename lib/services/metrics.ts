// All pairs as Prometheus reads them: from the frames that are there, so that a scrape costs a director nothing.
import 'server-only';
import { topologyDocumentSchema, type TopologyDocument } from '@/lib/core/document';
import type { LivePair } from '@/lib/core/views/live';
import type { Db } from '@/lib/db/client';
import { requireRole, type VerbArgs } from './context';
import { loadPair } from './live';
import { emitPair, type Emit } from './pair-metrics';
import { printMetrics, type Metric, type Sample } from './print-metrics';

const gauge = (help: string) => ({ help, type: 'gauge' as const });
const counter = (help: string) => ({ help, type: 'counter' as const });
/** In the order of the answer. */
const METRICS: Record<string, Pick<Metric, 'help' | 'type'>> = {
  lvs_pair_state: gauge('1 for the state that the pair is in, by the addresses that its directors hold.'),
  lvs_director_up: gauge('1 when the director was read within the last seconds.'),
  lvs_director_read_age_seconds: gauge('Since the director was last read, by the clock of the console.'),
  lvs_director_active: gauge('1 when the director holds the virtual addresses. No value while it cannot be read.'),
  lvs_director_poll_seconds: gauge('How long the last reading took.'),
  lvs_director_drift_objects: gauge('Objects that differ from the confirmed release.'),
  lvs_sync_daemon: gauge('1 when the sync daemon of this role runs.'),
  lvs_rows_left_out: gauge('Services and real servers beyond the bound of this answer.'),
  lvs_service_active_connections: gauge('Active connections of a virtual service.'),
  lvs_service_inactive_connections: gauge('Inactive connections of a virtual service.'),
  lvs_service_connections_total: counter('Connections of a virtual service since it was made.'),
  lvs_service_packets_total: counter('Packets of a virtual service since it was made.'),
  lvs_service_bytes_total: counter('Bytes of a virtual service since it was made.'),
  lvs_real_server_weight: gauge('Weight of a real server; 0 gets no new connections.'),
  lvs_real_server_active_connections: gauge('Active connections of a real server.'),
  lvs_real_server_inactive_connections: gauge('Inactive connections of a real server.'),
  lvs_real_server_connections_total: counter('Connections of a real server since it was added.'),
  lvs_real_server_packets_total: counter('Packets of a real server since it was added.'),
  lvs_real_server_bytes_total: counter('Bytes of a real server since it was added.'),
  lvs_mark_rule_packets_total: counter('Packets that got the mark of a group, over all of its rules.'),
  lvs_mark_rule_bytes_total: counter('Bytes that got the mark of a group, over all of its rules.'),
};

export async function readMetrics({ ctx }: VerbArgs<object>): Promise<string> {
  requireRole(ctx, 'viewer');
  const samples = new Map<string, Sample[]>(Object.keys(METRICS).map((name) => [name, []]));
  const emit: Emit = (name, labels, value) => void samples.get(name)?.push({ labels, value });
  for (const { id, name } of await ctx.db.topology.findMany({ orderBy: { name: 'asc' } })) {
    const { pair } = await loadPair(ctx.db, id);
    emitPair({ name, pair, document: await loadDocument(ctx.db, pair) }, Date.now(), emit);
  }
  return printMetrics(
    Object.entries(METRICS).map(([name, kind]) => ({ name, ...kind, samples: samples.get(name) ?? [] })),
  );
}

/** Groups are named as in the revision that runs; before the first deploy as in the newest. */
async function loadDocument(db: Db, { topologyId, hosts }: LivePair): Promise<TopologyDocument | undefined> {
  const number = hosts.find(({ drift }) => drift.revision !== undefined)?.drift.revision;
  const row = await db.topologyRevision.findFirst({
    where: { topologyId, ...(number === undefined ? {} : { number }) },
    orderBy: { number: 'desc' },
  });
  const read = topologyDocumentSchema.safeParse(row?.document);
  return read.success ? read.data : undefined;
}
