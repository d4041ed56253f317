// What stands in the rows of a pair between a plan and its deploy: the stored policy, and the approvals that count now.
import 'server-only';
import { APPROVER, deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import { ServiceError } from '@/lib/core/errors';
import { rolesFrom } from '@/lib/core/views/account';
import type { Tx } from './client';
import { listEntitled } from './entitled';
import type { Approval, Plan } from './generated/client';

/** A stored policy that this console cannot read must not let anything through. */
const UNREADABLE: DeployPolicy = deployPolicySchema.parse({ freezeReason: 'The stored policy cannot be read.' });

export async function loadDeployPolicy(tx: Tx, topologyId: string): Promise<DeployPolicy> {
  const row = await tx.topology.findUnique({ where: { id: topologyId }, select: { deployPolicy: true } });
  if (!row) throw new ServiceError('not-found', 'There is no such topology.');
  return deployPolicySchema.catch(UNREADABLE).parse(row.deployPolicy);
}

/** Neither of who may not approve any more, nor of who was shut out since. */
export async function validApprovals(tx: Tx, { id, hash }: Pick<Plan, 'id' | 'hash'>): Promise<Approval[]> {
  const where = { planId: id, planHash: hash, expiresAt: { gt: new Date() } };
  const approvals = await tx.approval.findMany({ where, orderBy: { approvedAt: 'asc' } });
  const approvers = approvals.map(({ approver }) => approver);
  const entitled = await listEntitled(tx, approvers, rolesFrom(APPROVER));
  return approvals.filter(({ approver }) => entitled.has(approver));
}
