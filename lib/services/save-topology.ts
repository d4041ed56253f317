// A new revision over the one that the author saw; whoever saves second gets a conflict and loses nothing.
import 'server-only';
import { z } from 'zod';
import { topologyDocumentSchema } from '@/lib/core/document';
import { ServiceError } from '@/lib/core/errors';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { inTransaction, type Tx } from '@/lib/db/client';
import { toRevision } from '@/lib/db/rows';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';
import { appendRevision, findRevision, refuseTakenName } from './topology-rows';

export const saveTopologyInput = z.object({
  id: z.string(),
  baseRevision: z.int(),
  document: topologyDocumentSchema,
  message: z.string().max(1000),
});
export type SaveTopologyInput = z.infer<typeof saveTopologyInput>;

/** Throws ServiceError('conflict', details.current = the revision that came between). */
export async function saveTopology({ ctx, input }: VerbArgs<SaveTopologyInput>): Promise<TopologyRevision> {
  requireRole(ctx, 'operator');
  const { id, baseRevision, document, message } = saveTopologyInput.parse(input);
  return inTransaction(ctx.db, async (tx) => {
    await advance(tx, id, baseRevision);
    const before = await findRevision(tx, id, baseRevision);
    await rename(tx, id, document.name);
    const row = await appendRevision(tx, {
      topologyId: id,
      number: baseRevision + 1,
      document,
      author: ctx.account.email,
      message,
    });
    await appendAudit(tx, ctx, {
      action: 'topology.save',
      target: document.name,
      before: before.document,
      after: document,
    });
    return toRevision(row);
  });
}

/** The conditional update takes the row's lock: of two savers at once the second waits, then sees that it is late. */
export async function advance(tx: Tx, id: string, baseRevision: number): Promise<void> {
  const { count } = await tx.topology.updateMany({
    where: { id, revision: baseRevision },
    data: { revision: baseRevision + 1 },
  });
  if (count === 1) return;
  const current = toRevision(await findRevision(tx, id));
  throw new ServiceError('conflict', `${current.author} saved revision ${current.number} meanwhile.`, { current });
}

export async function rename(tx: Tx, id: string, name: string): Promise<void> {
  const taken = await tx.topology.findUnique({ where: { name } });
  if (taken && taken.id !== id) refuseTakenName(name);
  await tx.topology.update({ where: { id }, data: { name } });
}
