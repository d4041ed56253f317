// Who froze a pair and when: the rules hold the reason, the audit trail holds the rest.
import { api } from '@/lib/api/client';
import { deployPolicySchema } from '@/lib/core/deploy-policy';

type Audit = Pick<typeof api, 'listAudit' | 'getAuditEntry'>;
export type Freeze = { by: string; since: string };

/** Further back nobody looks: rules are changed seldom, and hardly ever during a freeze. */
const LOOKED_AT = 20;

const reasonIn = (policy: unknown) => deployPolicySchema.safeParse(policy).data?.freezeReason;

/** From the change that began the freeze, whatever became of its reason since. Null where the trail does not say: it knows a pair by the name that it had. */
export async function findFreeze(
  pairName: string,
  reason: string,
  { listAudit, getAuditEntry }: Audit = api,
): Promise<Freeze | null> {
  const rows = await listAudit({ action: 'deploy.policy', target: pairName, limit: LOOKED_AT });
  let held = reason;
  for (const { id, target, actor, at } of rows) {
    if (target !== pairName) continue; // a filter of the trail takes every name that holds this one
    const { before, after } = await getAuditEntry(id);
    const earlier = reasonIn(before);
    if (reasonIn(after) !== held || earlier === undefined) return null;
    if (earlier === '') return { by: actor, since: at };
    held = earlier;
  }
  return null;
}
