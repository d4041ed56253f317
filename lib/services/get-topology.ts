// One revision of a topology with its diagnostics; the newest one unless a number is given.
import 'server-only';
import type { RevisionSummary, TopologyRevision } from '@/lib/core/views/topology';
import { toRevision, toRevisionSummary } from '@/lib/db/rows';
import { requireRole, type VerbArgs } from './context';
import { findRevision } from './topology-rows';

export async function getTopology({
  ctx,
  input,
}: VerbArgs<{ id: string; revision?: number | undefined }>): Promise<TopologyRevision> {
  requireRole(ctx, 'viewer');
  return toRevision(await findRevision(ctx.db, input.id, input.revision));
}

/** Newest first. */
export async function listRevisions({ ctx, input }: VerbArgs<{ id: string }>): Promise<RevisionSummary[]> {
  requireRole(ctx, 'viewer');
  await findRevision(ctx.db, input.id);
  const rows = await ctx.db.topologyRevision.findMany({
    where: { topologyId: input.id },
    orderBy: { number: 'desc' },
    take: 500,
  });
  return rows.map(toRevisionSummary);
}
