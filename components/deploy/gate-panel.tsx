'use client';
// Four eyes, windows and freeze of a pair as they hold now, with or without a plan; of a plan also its approvals, which a second person gives here.
import { useState } from 'react';
import dynamic from 'next/dynamic';
import { Check, Settings2 } from 'lucide-react';
import { isInWindow, printWindow, type DeployPolicy } from '@/lib/core/deploy-policy';
import type { Plan } from '@/lib/core/views/plan';
import { Failure } from '@/components/data/failure';
import { useApprovePlan, useDeployGate, useDeployPolicy, useFreeze } from '@/components/data/gate-queries';
import { notFreshSince } from '@/components/data/not-fresh';
import { NotFreshNotice } from '@/components/data/not-fresh-notice';
import { useIsAdmin } from '@/components/data/session';
import { useTopologySummary } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printExact } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';

const PolicyDialog = dynamic(() => import('./policy-dialog').then((file) => file.PolicyDialog), { ssr: false });

/** Asked for every four seconds (gate-queries.ts); two answers may be missed. */
const OLD_MS = 12_000;

type GatePanelProps = { topologyId: string; plan: Plan | undefined };

export function GatePanel({ topologyId, plan }: GatePanelProps) {
  const query = useDeployPolicy(topologyId);
  const { data: policy, isError, error, refetch } = query;
  const isAdmin = useIsAdmin();
  const [isEditing, setEditing] = useState(false);
  const since = notFreshSince(query, useNow(), OLD_MS);
  const retry = () => void refetch();
  if (!policy && isError)
    return <Failure error={error} what="The rules for deploys of this pair could not be read" onRetry={retry} />;
  return (
    <Panel
      title="Who and when"
      actions={
        isAdmin &&
        policy && (
          <Button size="small" onClick={() => setEditing(true)}>
            <Settings2 /> Change these rules
          </Button>
        )
      }
    >
      {!policy && <SkeletonRows rows={2} label="Loading the rules for deploys" />}
      {policy && since !== undefined && <NotFreshNotice since={since} error={error} onRetry={retry} />}
      {policy && <Rules topologyId={topologyId} policy={policy} isOld={since !== undefined} />}
      {policy?.needsApproval && plan && <Approvals plan={plan} />}
      {policy && isEditing && (
        <PolicyDialog topologyId={topologyId} policy={policy} onClose={() => setEditing(false)} />
      )}
    </Panel>
  );
}

type RulesProps = { topologyId: string; policy: DeployPolicy; isOld: boolean };

function Rules({ topologyId, policy: { needsApproval, approvalMinutes, windows, freezeReason }, isOld }: RulesProps) {
  return (
    <ul aria-label="Rules" className={cn('flex flex-col gap-1', isOld && 'text-muted-foreground grayscale')}>
      {freezeReason !== '' && <Frozen topologyId={topologyId} reason={freezeReason} />}
      <li>
        {needsApproval
          ? `A second person must approve a plan; an approval holds for ${approvalMinutes} minutes and for this plan only.`
          : 'One operator may plan and deploy alone.'}
      </li>
      {windows.length === 0 ? <li>A deploy may begin at any time.</li> : <Windows windows={windows} />}
    </ul>
  );
}

function Frozen({ topologyId, reason }: { topologyId: string; reason: string }) {
  const pairName = useTopologySummary(topologyId)?.name ?? '';
  const { data: freeze } = useFreeze(topologyId, pairName, reason);
  return (
    <li className="[overflow-wrap:anywhere]">
      <Badge tone="warn">frozen</Badge>{' '}
      {freeze && (
        <>
          since <RelativeTime at={freeze.since} /> by {freeze.by}:{' '}
        </>
      )}
      {reason}
    </li>
  );
}

function Windows({ windows }: Pick<DeployPolicy, 'windows'>) {
  const now = new Date(useNow());
  const isOpen = windows.some((window) => isInWindow(window, now));
  return (
    <li>
      A deploy may begin in these windows (UTC): {windows.map(printWindow).join('; ')}.{' '}
      <Badge tone={isOpen ? 'up' : 'warn'}>{isOpen ? 'open now' : 'closed now'}</Badge>
    </li>
  );
}

function Approvals({ plan }: { plan: Plan }) {
  const { data: gate, isError, error, refetch } = useDeployGate(plan.id);
  const approve = useApprovePlan(plan.id);
  if (!gate && isError)
    return <Failure error={error} what="The approvals of this plan could not be read" onRetry={() => void refetch()} />;
  if (!gate) return <SkeletonRows rows={1} label="Loading the approvals" />;
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
