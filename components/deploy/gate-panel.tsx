'use client';
// Four eyes, windows and freeze of the pair as they stand before this plan; the second person approves here.
import { useState } from 'react';
import dynamic from 'next/dynamic';
import { Check, Settings2 } from 'lucide-react';
import { printWindow } from '@/lib/core/deploy-policy';
import type { DeployGate } from '@/lib/core/views/deploy-gate';
import type { Plan } from '@/lib/core/views/plan';
import { Failure } from '@/components/data/failure';
import { useApprovePlan, useDeployGate } from '@/components/data/gate-queries';
import { useIsAdmin } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { printExact } from '@/components/ui/time';

const PolicyDialog = dynamic(() => import('./policy-dialog').then((file) => file.PolicyDialog), { ssr: false });

export function GatePanel({ plan }: { plan: Plan }) {
  const gate = useDeployGate(plan.id);
  const isAdmin = useIsAdmin();
  const [isEditing, setEditing] = useState(false);
  if (gate.isError && !gate.data)
    return <Failure error={gate.error} what="The rules for deploys of this pair could not be read" />;
  if (!gate.data) return null;
  return (
    <Panel
      title="Who and when"
      actions={
        isAdmin && (
          <Button size="small" onClick={() => setEditing(true)}>
            <Settings2 /> Change these rules
          </Button>
        )
      }
    >
      <Rules gate={gate.data} />
      <Approvals gate={gate.data} plan={plan} />
      {isEditing && (
        <PolicyDialog topologyId={plan.topologyId} policy={gate.data.policy} onClose={() => setEditing(false)} />
      )}
    </Panel>
  );
}

function Rules({ gate: { policy } }: { gate: DeployGate }) {
  const { needsApproval, approvalMinutes, windows, freezeReason } = policy;
  const sentences = [
    needsApproval
      ? `A second person must approve a plan; an approval holds for ${approvalMinutes} minutes and for this plan only.`
      : 'One operator may plan and deploy alone.',
    windows.length === 0
      ? 'A deploy may begin at any time.'
      : `A deploy may begin in these windows (UTC): ${windows.map(printWindow).join('; ')}.`,
    ...(freezeReason === '' ? [] : [`Frozen: ${freezeReason}`]),
  ];
  return (
    <ul aria-label="Rules" className="flex flex-col gap-1">
      {sentences.map((sentence) => (
        <li key={sentence}>{sentence}</li>
      ))}
    </ul>
  );
}

function Approvals({ gate, plan }: { gate: DeployGate; plan: Plan }) {
  const approve = useApprovePlan(plan.id);
  if (!gate.policy.needsApproval) return null;
  return (
    <div className="flex flex-col gap-2">
      {gate.approvals.length === 0 && <p className="text-muted-foreground">Nobody has approved this plan yet.</p>}
      <ul aria-label="Approvals">
        {gate.approvals.map(({ approver, approvedAt, expiresAt }) => (
          <li key={approver} className="flex flex-wrap items-center gap-1">
            <Check aria-hidden className="size-3.5 text-up" /> {approver} approved it <RelativeTime at={approvedAt} />
            {', '}
            valid until {printExact(expiresAt)}
          </li>
        ))}
      </ul>
      {approve.isError && <Failure error={approve.error} what="The plan was not approved" />}
      {gate.canApprove && gate.approvals.length === 0 && (
        <Button className="self-start" disabled={approve.isPending} onClick={() => approve.mutate(plan.hash)}>
          <Check /> Approve exactly this plan
        </Button>
      )}
    </div>
  );
}
