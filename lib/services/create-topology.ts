// A new topology: from a document, or from the seed.
import 'server-only';
import { z } from 'zod';
import { topologyDocumentSchema } from '@/lib/core/document';
import { seedDocument } from '@/lib/core/seed';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { inTransaction } from '@/lib/db/client';
import { toRevision } from '@/lib/db/rows';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';
import { appendRevision, refuseTakenName } from './topology-rows';

export const createTopologyInput = z.union([
  z.object({ document: topologyDocumentSchema, message: z.string().max(1000) }),
  z.object({ seed: z.literal(true), name: z.string().min(1).max(63) }),
]);
export type CreateTopologyInput = z.infer<typeof createTopologyInput>;

export async function createTopology({ ctx, input }: VerbArgs<CreateTopologyInput>): Promise<TopologyRevision> {
  requireRole(ctx, 'operator');
  const parsed = createTopologyInput.parse(input);
  const document = 'seed' in parsed ? { ...seedDocument(), name: parsed.name } : parsed.document;
  const message = 'seed' in parsed ? 'Created from the seed' : parsed.message;
  return inTransaction(ctx.db, async (tx) => {
    if (await tx.topology.findUnique({ where: { name: document.name } })) refuseTakenName(document.name);
    const topology = await tx.topology.create({ data: { name: document.name, revision: 1 } });
    const row = await appendRevision(tx, {
      topologyId: topology.id,
      number: 1,
      document,
      author: ctx.account.email,
      message,
    });
    await appendAudit(tx, ctx, { action: 'topology.create', target: document.name, after: document });
    return toRevision(row);
  });
}
