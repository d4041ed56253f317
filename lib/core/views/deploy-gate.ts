// What stands between a plan and its deploy, beside the rules of its pair: approvals, and what they and the rules refuse now.
import { z } from 'zod';
import { deployPolicySchema } from '../deploy-policy';

export const approvalSchema = z.object({ approver: z.string(), approvedAt: z.string(), expiresAt: z.string() });
export const deployGateSchema = z.object({
  /** Of this plan, valid now. */
  approvals: z.array(approvalSchema),
  /** Why the person who asks cannot deploy this plan now; empty when nothing stands in the way. */
  refusals: z.array(z.string()),
  /** The person who asks may approve this plan. */
  canApprove: z.boolean(),
});
/** `base`: the policy that the new one was made from; another one stored meanwhile is a conflict. */
export const saveDeployPolicyInput = z.object({ base: deployPolicySchema, policy: deployPolicySchema });
export type Approval = z.infer<typeof approvalSchema>;
export type DeployGate = z.infer<typeof deployGateSchema>;
export type SaveDeployPolicy = z.infer<typeof saveDeployPolicyInput>;
