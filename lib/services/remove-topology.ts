// Removes a topology from the console with its history; the directors keep what they run.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import { inTransaction } from '@/lib/db/client';
import { notify } from '@/lib/db/listen';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';

export async function removeTopology({ ctx, input }: VerbArgs<{ id: string }>): Promise<void> {
  requireRole(ctx, 'admin');
  await inTransaction(ctx.db, async (tx) => {
    // Locked, so that no deploy begins beside the removal.
    await tx.$queryRaw`SELECT 1 FROM "Topology" WHERE id = ${input.id} FOR UPDATE`;
    const topology = await tx.topology.findUnique({ where: { id: input.id }, include: { directors: true } });
    if (!topology) throw new ServiceError('not-found', 'There is no such topology.');
    const open = await tx.deploy.findFirst({ where: { openFor: input.id } });
    if (open) throw new ServiceError('busy', `Deploy ${open.number} of this topology is still open.`);
    await appendAudit(tx, ctx, {
      action: 'topology.remove',
      target: topology.name,
      before: { revision: topology.revision },
    });
    await tx.deploy.deleteMany({ where: { topologyId: input.id } });
    await tx.topology.delete({ where: { id: input.id } });
    for (const { id } of topology.directors) await notify(tx, 'directors', id);
  });
}
