// The history of deploys, of one pair or of all, newest first and a page at a time.
import 'server-only';
import type { Deploy } from '@/lib/core/views/deploy';
import { toDeploy } from '@/lib/db/rows';
import { requireRole, type VerbArgs } from './context';

type DeployQuestion = {
  topologyId?: string | undefined;
  /** The number of the last deploy of the page before. */
  before?: number | undefined;
  limit: number;
};
type DeployPage = { deploys: Deploy[]; hasMore: boolean };

/** By number, which never changes: deploys that begin meanwhile move no page. Steps come without the tools' output. */
export async function listDeploys({ ctx, input }: VerbArgs<DeployQuestion>): Promise<DeployPage> {
  requireRole(ctx, 'viewer');
  const { topologyId, before, limit } = input;
  const rows = await ctx.db.deploy.findMany({
    where: {
      ...(topologyId !== undefined && { topologyId }),
      ...(before !== undefined && { number: { lt: before } }),
    },
    include: {
      topology: { select: { name: true } },
      steps: { orderBy: { sequence: 'asc' }, omit: { output: true } },
    },
    orderBy: { number: 'desc' },
    take: limit + 1, // one more says whether there is another page
  });
  const deploys = rows
    .slice(0, limit)
    .map((row) => toDeploy({ ...row, steps: row.steps.map((step) => ({ ...step, output: '' })) }));
  return { deploys, hasMore: rows.length > limit };
}
