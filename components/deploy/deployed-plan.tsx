'use client';
// The plan that a deploy was bound to, folded below its steps and read when it is opened.
import { useState } from 'react';
import type { Deploy } from '@/lib/core/views/deploy';
import { usePlan } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { SkeletonRows } from '@/components/ui/skeleton';
import { PlanParts } from './plan-parts';

export function DeployedPlan({ deploy }: { deploy: Deploy }) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="rounded border bg-card" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className="px-3 py-2 font-semibold">
        The plan that was deployed <span className="font-mono text-xs font-normal">{deploy.planHash.slice(0, 12)}</span>
      </summary>
      {isOpen && (
        <div className="flex flex-col gap-3 border-t p-3">
          <PlanContent planId={deploy.planId} />
        </div>
      )}
    </details>
  );
}

function PlanContent({ planId }: { planId: string }) {
  const plan = usePlan(planId);
  if (plan.data) return <PlanParts plan={plan.data} isRecord />;
  if (plan.isError)
    return <Failure error={plan.error} what="The plan could not be read" onRetry={() => void plan.refetch()} />;
  return <SkeletonRows label="Loading the plan" />;
}
