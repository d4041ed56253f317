// The demo's content: the seed's topology, and the two lab directors trusted, with the guard installed.
import type { TopologyRevision } from '@/lib/core/views/topology';
import type { Lab } from '@/lib/lab/lab';
import { createTopology } from '@/lib/services/create-topology';
import { terminalContext, type VerbContext } from '@/lib/services/context';
import {
  getConsoleKey,
  listDirectors,
  scanDirector,
  testDirector,
  trustDirector,
  untrustDirector,
} from '@/lib/services/directors';
import { getTopology } from '@/lib/services/get-topology';
import { listTopologies } from '@/lib/services/list-topologies';
import { saveTopology } from '@/lib/services/save-topology';

const NAME = 'fwmark-seed';
const WORKER_START_MS = 60_000;

/** Idempotent: a second start keeps every edit, and trusts the freshly booted lab directors again. */
export async function prepareDemoTopology(
  lab: Lab | undefined,
  report: (line: string) => void,
): Promise<{ id: string }> {
  const ctx = terminalContext('demo');
  const revision = await findOrCreate(ctx);
  const id = revision.topologyId;
  if (!lab) return { id };
  await moveToLabPorts(ctx, revision, lab);
  const { authorizedKey } = await patiently(() => getConsoleKey(ctx));
  await lab.authorize([authorizedKey]);
  const directors = await listDirectors({ ctx, input: { topologyId: id } });
  await Promise.all(directors.map(({ id: directorId, name }) => trustLabDirector(ctx, directorId, name, report)));
  return { id };
}

async function findOrCreate(ctx: VerbContext): Promise<TopologyRevision> {
  const known = (await listTopologies(ctx)).find(({ name }) => name === NAME);
  if (known) return getTopology({ ctx, input: { id: known.id } });
  return createTopology({ ctx, input: { seed: true, name: NAME } });
}

/** A lab beside another one listens on other ports than the seed's file says. */
async function moveToLabPorts(
  ctx: VerbContext,
  { topologyId: id, number, document }: TopologyRevision,
  lab: Lab,
): Promise<void> {
  const directors = document.directors.map((director) => {
    const ssh = lab.ssh[director.name];
    return ssh ? { ...director, management: { address: ssh.address, port: ssh.port, user: ssh.user } } : director;
  });
  const isSame = JSON.stringify(directors) === JSON.stringify(document.directors);
  if (!isSame)
    await saveTopology({
      ctx,
      input: { id, baseRevision: number, document: { ...document, directors }, message: 'Use the ports of this lab' },
    });
}

/** The lab is ours and was booted a moment ago: its new host keys are accepted without a person. */
async function trustLabDirector(
  ctx: VerbContext,
  id: string,
  name: string,
  report: (line: string) => void,
): Promise<void> {
  await untrustDirector({ ctx, input: { id } });
  const { fingerprint } = await patiently(() => scanDirector({ ctx, input: { id } }));
  await trustDirector({ ctx, input: { id, fingerprint } });
  const { ok, steps } = await testDirector({ ctx, input: { id, installGuard: true } });
  const failed = steps.find((step) => !step.ok);
  if (!ok) throw new Error(`${name}: ${failed ? `${failed.name}: ${failed.message}` : 'the connection test failed'}`);
  report(`${name} is trusted (${fingerprint}), guard installed`);
}

/** The worker starts beside web and may need some seconds more. */
async function patiently<T>(work: () => Promise<T>): Promise<T> {
  const deadline = Date.now() + WORKER_START_MS;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}
