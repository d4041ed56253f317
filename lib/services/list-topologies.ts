// All topologies with their newest revision in numbers.
import 'server-only';
import { topologyDocumentSchema } from '@/lib/core/document';
import type { TopologySummary } from '@/lib/core/views/topology';
import { requireRole, type VerbContext } from './context';

export async function listTopologies(ctx: VerbContext): Promise<TopologySummary[]> {
  requireRole(ctx, 'viewer');
  const rows = await ctx.db.topology.findMany({
    orderBy: { name: 'asc' },
    include: {
      revisions: { orderBy: { number: 'desc' }, take: 1 },
      deploys: { where: { state: 'verified' }, orderBy: { number: 'desc' }, take: 1, select: { revision: true } },
    },
  });
  return rows.flatMap(({ id, name, revisions: [newest], deploys: [deployed] }) => {
    if (!newest) return [];
    const document = topologyDocumentSchema.parse(newest.document);
    return {
      ...{ id, name, stack: document.stack, revision: newest.number, errors: newest.errors, warnings: newest.warnings },
      groups: document.groups.length,
      updatedAt: newest.createdAt.toISOString(),
      updatedBy: newest.author,
      ...(deployed ? { deployedRevision: deployed.revision } : {}),
    };
  });
}
