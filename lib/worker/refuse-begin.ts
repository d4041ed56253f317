// The rules of a pair once more, when a deploy begins: since the click it may have waited for a worker into a freeze, past its window or its approval.
import 'server-only';
import { othersOf, PAST_POLICY, refuseDeploy } from '../core/deploy-policy';
import type { Db } from '../db/client';
import { loadDeployPolicy, validApprovals } from '../db/deploy-rules';
import { CONSOLE_AUTHOR } from './roll-forward';

/** Sentences: why, and what to do; undefined when it may begin. */
export async function refuseBegin(db: Db, deployId: string): Promise<string | undefined> {
  const include = { plan: { select: { id: true, hash: true, createdBy: true } } };
  const row = await db.deploy.findUniqueOrThrow({ where: { id: deployId }, include });
  const { topologyId, author, approver, breakGlass, plan } = row;
  // Break-glass went past the rules already; what the console asks for itself ends what an allowed deploy has begun.
  if (breakGlass !== null || author === CONSOLE_AUTHOR) return undefined;
  const approvals = await validApprovals(db, plan);
  const request = { author: plan.createdBy, deployer: author, approvals };
  const refused = refuseDeploy(await loadDeployPolicy(db, topologyId), request, new Date());
  if (refused.length === 0) return undefined;
  const isOver = approver !== null && othersOf(request).length === 0;
  return [
    'The rules of this pair let the deploy be asked for, and do not let it begin any more.',
    ...(isOver ? [`The approval of ${approver} does not count any more.`] : []),
    ...refused.map(({ why }) => why),
    ...refused.map(({ next }) => next),
    `Then deploy again. ${PAST_POLICY}`,
  ].join(' ');
}
