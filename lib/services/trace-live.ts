// One packet through what both directors were last read to hold, beside what the topology means to do with it.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import { judgeTrace } from '@/lib/core/live-trace-verdict';
import { parsePacket } from '@/lib/core/packet-text';
import { resolveTopology } from '@/lib/core/resolve';
import { tracePacket } from '@/lib/core/trace';
import type { Director, Packet, Topology } from '@/lib/core/topology';
import type { HostTrace, MeantTrace, PairTrace } from '@/lib/core/views/live-trace';
import { packetInputSchema } from '@/lib/core/views/live-trace';
import { compareTrace } from '@/lib/plan/live-trace/compare-trace';
import { callWorker } from '@/lib/worker/client';
import { requireRole, type VerbArgs, type VerbContext } from './context';
import { loadPair } from './live';
import { loadHistory, type History } from './verb-history';

type Asked = { topologyId: string; packet: string };
type Meaning = { topology: Topology; revision: number; isRunning: boolean };

/** Throws ServiceError('invalid') for a text that is no packet. */
export async function traceLivePair({ ctx, input }: VerbArgs<Asked>): Promise<PairTrace> {
  requireRole(ctx, 'viewer');
  const { packet: text } = packetInputSchema.parse({ packet: input.packet });
  const meaning = meaningOf(await loadHistory(ctx.db, input.topologyId));
  const { topology } = meaning;
  const packet = packetFor(text, topology.directors[0]);
  const [{ pair }, ids] = await Promise.all([loadPair(ctx.db, input.topologyId), directorIds(ctx, input.topologyId)]);
  const hosts = await Promise.all(
    topology.directors.map((director) => {
      const role = pair.hosts.find((host) => host.director === director.name)?.role ?? 'unknown';
      return traceDirector({ topology, director, role, text, directorId: ids.get(director.name) });
    }),
  );
  return { packet: text, meant: meantBy(meaning, packet), hosts, ...judgeTrace(hosts) };
}

/** What runs is meant now; before the first verified deploy that is the newest revision. */
function meaningOf({ running, newest }: History): Meaning {
  const { number, document } = running ?? newest;
  const { topology } = resolveTopology(document);
  if (!topology)
    throw new ServiceError(
      'invalid',
      `Revision ${number} has addresses or names that do not resolve: mend them first.`,
    );
  return { topology, revision: number, isRunning: running !== undefined };
}

function packetFor(text: string, director: Director | undefined): Packet {
  const packet = parsePacket(text, director?.external.interface ?? '');
  if (!packet.ok) throw new ServiceError('invalid', packet.problem);
  return packet.value;
}

function meantBy({ topology, revision, isRunning }: Meaning, packet: Packet): MeantTrace {
  const { mark, group, pool, delivered, realServers, reasons } = tracePacket(topology, packet);
  return { revision, isRunning, mark, group, pool, delivered, realServers, reasons };
}

async function directorIds({ db }: VerbContext, topologyId: string): Promise<Map<string, string>> {
  const rows = await db.director.findMany({ where: { topologyId, fingerprint: { not: null } } });
  return new Map(rows.map(({ name, id }) => [name, id]));
}

type Question = {
  topology: Topology;
  director: Director;
  role: HostTrace['role'];
  text: string;
  directorId: string | undefined;
};

async function traceDirector({ topology, director, role, text, directorId }: Question): Promise<HostTrace> {
  const head = { director: director.name, role };
  const unknown = (problem: string): HostTrace => ({ ...head, problem, agrees: 'unknown', differences: [] });
  if (directorId === undefined) return unknown(`The host key of ${director.name} has not been accepted.`);
  const device = director.external.interface;
  const { problem, answer, ...times } = await callWorker('traceLive', { directorId, packet: text, device });
  if (!answer) return { ...unknown(problem ?? `${director.name} could not be read.`), ...times };
  const packet = packetFor(text, director);
  return { ...head, ...times, answer, ...compareTrace({ topology, director, role, packet }, answer) };
}
