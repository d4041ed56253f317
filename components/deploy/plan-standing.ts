// How a plan stands to the page that shows it: an address can name one pair and the plan of another one.
import type { Plan } from '@/lib/core/views/plan';
import type { TopologySummary } from '@/lib/core/views/topology';

export type PlanStanding = 'foreign' | 'outdated' | 'current';

export function standingOf(
  plan: Pick<Plan, 'topologyId' | 'revision'>,
  topologyId: string,
  summary: Pick<TopologySummary, 'revision' | 'deployedRevision'> | undefined,
): PlanStanding {
  if (plan.topologyId !== topologyId) return 'foreign';
  if (summary === undefined || plan.revision === summary.revision) return 'current';
  // What runs already may be applied again, however many revisions were saved since.
  return plan.revision === summary.deployedRevision ? 'current' : 'outdated';
}
