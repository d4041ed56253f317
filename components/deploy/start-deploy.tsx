'use client';
// The one button: it says what happens, or why it cannot.
import { useRouter } from 'next/navigation';
import { Rocket } from 'lucide-react';
import type { Plan } from '@/lib/core/views/plan';
import { useStartDeploy } from '@/components/data/deploy-queries';
import { describeProblem } from '@/components/data/problem';
import { useDeployGate } from '@/components/data/gate-queries';
import { useCanEdit, useIsAdmin } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { BreakGlass } from './break-glass';

/** Standby first, then active; hosts come in that order from the plan only by chance. */
export function describeDeploy({ mode, hosts }: Pick<Plan, 'mode' | 'hosts'>): string {
  if (hosts.length === 1) return `Deploy to ${hosts[0]?.director}`;
  if (mode === 'together') return 'Deploy to both directors in one window';
  const ordered = [...hosts].sort((a, b) => Number(a.role === 'active') - Number(b.role === 'active'));
  return `Deploy to ${ordered.map(({ director }) => director).join(', then ')}`;
}

/** `topologyId`: the pair that the page names; the console refuses the plan of another one. */
type StartProps = { plan: Plan; topologyId: string; isOutdated: boolean };

export function StartDeploy({ plan, topologyId, isOutdated }: StartProps) {
  const router = useRouter();
  const canEdit = useCanEdit();
  const isAdmin = useIsAdmin();
  const start = useStartDeploy();
  const { data: gate } = useDeployGate(plan.id);
  if (!canEdit) return <span className="text-muted-foreground">Your role looks; an operator deploys.</span>;
  const reason = !plan.deployable
    ? 'The plan has errors'
    : isOutdated
      ? 'A newer revision was saved: make the plan again'
      : undefined;
  const refusals = gate?.refusals ?? [];
  const begin = (breakGlassReason?: string) =>
    start.mutate(
      { planId: plan.id, planHash: plan.hash, topologyId, ...(breakGlassReason !== undefined && { breakGlassReason }) },
      { onSuccess: ({ id }) => router.push(`/deploys/${id}`) },
    );
  const message = start.isError ? describeProblem(start.error) : undefined;
  return (
    <span className="flex flex-wrap items-center gap-2">
      {(reason ?? refusals[0] ?? message) && (
        <span role="status" className={message ? 'text-down' : 'text-muted-foreground'}>
          {reason ?? (message ? `${message.why} ${message.next}` : refusals.join(' '))}
        </span>
      )}
      <Button
        variant="primary"
        disabled={reason !== undefined || refusals.length > 0 || start.isPending || start.isSuccess}
        onClick={() => begin()}
      >
        <Rocket /> {describeDeploy(plan)}
      </Button>
      {isAdmin && reason === undefined && refusals.length > 0 && (
        <BreakGlass
          refusals={refusals}
          isPending={start.isPending}
          error={start.error}
          onOpen={start.reset}
          onDeploy={begin}
        />
      )}
    </span>
  );
}
