// Removes a topology from the console with its history; the directors keep what they run, and that has to be said.
import 'server-only';
import { z } from 'zod';
import { ServiceError } from '@/lib/core/errors';
import { inTransaction, lockTopology, type Tx } from '@/lib/db/client';
import { notify } from '@/lib/db/listen';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';

export const removeTopologyInput = z.object({
  id: z.string(),
  /** Directors that run a confirmed release of it go on doing so, unknown to the console. */
  leaveReleases: z.boolean().default(false),
});
export type RemoveTopologyInput = z.input<typeof removeTopologyInput>;

/** Throws ServiceError: `busy` while a deploy is open, `conflict` with details.directors while releases would be left. */
export async function removeTopology({ ctx, input }: VerbArgs<RemoveTopologyInput>): Promise<void> {
  requireRole(ctx, 'admin');
  const { id, leaveReleases } = removeTopologyInput.parse(input);
  await inTransaction(ctx.db, async (tx) => {
    // Locked, so that no deploy begins beside the removal.
    await lockTopology(tx, id);
    const topology = await tx.topology.findUnique({ where: { id }, include: { directors: true } });
    if (!topology) throw new ServiceError('not-found', 'There is no such topology.');
    const open = await tx.deploy.findFirst({ where: { openFor: id } });
    if (open) throw new ServiceError('busy', `Deploy ${open.number} of this topology is still open.`);
    const directors = await releaseHolders(tx, id);
    if (directors.length > 0 && !leaveReleases) refuseReleases(directors);
    await appendAudit(tx, ctx, {
      action: 'topology.remove',
      target: topology.name,
      before: { revision: topology.revision, ...(directors.length > 0 && { releasesLeftOn: directors }) },
    });
    await tx.deploy.deleteMany({ where: { topologyId: id } });
    await tx.topology.delete({ where: { id } });
    for (const director of topology.directors) await notify(tx, 'directors', director.id);
  });
}

/** Directors on which a release was confirmed: also of a deploy that failed on the other one. */
async function releaseHolders(tx: Tx, topologyId: string): Promise<string[]> {
  const steps = await tx.deployStep.findMany({
    where: { deploy: { topologyId }, name: 'confirm', state: 'done', director: { not: null } },
    distinct: ['director'],
    orderBy: { director: 'asc' },
  });
  return steps.flatMap(({ director }) => director ?? []);
}

function refuseReleases(directors: string[]): never {
  const who = directors.join(' and ');
  throw new ServiceError(
    'conflict',
    `A confirmed release of this topology is on ${who}. Removing it here changes nothing there, and the console would no longer know of it: say that the releases are to be left.`,
    { directors },
  );
}
