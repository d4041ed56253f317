'use client';
// The one button: it says what happens, or why it cannot.
import { useRouter } from 'next/navigation';
import { Rocket } from 'lucide-react';
import type { Plan } from '@/lib/core/views/plan';
import { useStartDeploy } from '@/components/data/deploy-queries';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';

/** Standby first, then active; hosts come in that order from the plan only by chance. */
export function describeDeploy({ mode, hosts }: Pick<Plan, 'mode' | 'hosts'>): string {
  if (hosts.length === 1) return `Deploy to ${hosts[0]?.director}`;
  if (mode === 'together') return 'Deploy to both directors in one window';
  const ordered = [...hosts].sort((a, b) => Number(a.role === 'active') - Number(b.role === 'active'));
  return `Deploy to ${ordered.map(({ director }) => director).join(', then ')}`;
}

export function StartDeploy({ plan, isOutdated }: { plan: Plan; isOutdated: boolean }) {
  const router = useRouter();
  const canEdit = useCanEdit();
  const start = useStartDeploy();
  if (!canEdit) return <span className="text-muted-foreground">Your role looks; an operator deploys.</span>;
  const reason = !plan.deployable
    ? 'The plan has errors'
    : isOutdated
      ? 'A newer revision was saved: make the plan again'
      : undefined;
  const message = start.isError ? describeProblem(start.error) : undefined;
  return (
    <span className="flex flex-wrap items-center gap-2">
      {(reason ?? message) && (
        <span role="status" className={message ? 'text-down' : 'text-muted-foreground'}>
          {reason ?? `${message?.why} ${message?.next}`}
        </span>
      )}
      <Button
        variant="primary"
        disabled={reason !== undefined || start.isPending || start.isSuccess}
        onClick={() =>
          start.mutate(
            { planId: plan.id, planHash: plan.hash },
            { onSuccess: ({ id }) => router.push(`/deploys/${id}`) },
          )
        }
      >
        <Rocket /> {describeDeploy(plan)}
      </Button>
    </span>
  );
}
