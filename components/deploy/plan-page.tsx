'use client';
// Before a deploy: who may and when, what changes, the files, what happens to traffic; one button that says what it does.
import { useEffect } from 'react';
import Link from 'next/link';
import { RotateCw } from 'lucide-react';
import { parseAsInteger, parseAsString, useQueryState } from 'nuqs';
import { allDirectors } from '@/lib/core/all-directors';
import type { Plan } from '@/lib/core/views/plan';
import { useMakePlan, usePlan } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { useTopologySummary } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Page, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { GatePanel } from './gate-panel';
import { PlanParts } from './plan-parts';
import { PlanProblems } from './plan-problems';
import { standingOf } from './plan-standing';
import { StartDeploy } from './start-deploy';

export function PlanPage({ topologyId }: { topologyId: string }) {
  const summary = useTopologySummary(topologyId);
  const [planId, setPlanId] = useQueryState('plan', parseAsString.withDefault(''));
  const [asked] = useQueryState('revision', parseAsInteger);
  const make = useMakePlan(topologyId);
  const plan = usePlan(planId);
  const newest = summary?.revision;
  const reading = `Reading ${allDirectors(summary?.stack === 'single' ? 1 : 2)}`;
  const revision = asked ?? newest;
  const { mutate, isIdle } = make;
  const makePlan = (number: number) => mutate(number, { onSuccess: ({ id }) => void setPlanId(id) });
  useEffect(() => {
    if (planId === '' && revision !== undefined && isIdle)
      mutate(revision, { onSuccess: ({ id }) => void setPlanId(id) });
  }, [planId, revision, isIdle, mutate, setPlanId]);
  const read = plan.data ?? (make.data?.id === planId ? make.data : undefined);
  const standing = read && standingOf(read, topologyId, summary);
  const shown = standing === 'foreign' ? undefined : read;
  return (
    <Page
      title={`Deploy ${summary?.name ?? ''}`}
      lead={shown && <PlanLead plan={shown} newest={newest} />}
      actions={
        <>
          <Button
            disabled={revision === undefined || make.isPending}
            onClick={() => revision !== undefined && makePlan(revision)}
          >
            <RotateCw /> {make.isPending ? reading : 'Make the plan again'}
          </Button>
          {shown && <StartDeploy plan={shown} topologyId={topologyId} isOutdated={standing === 'outdated'} />}
        </>
      }
    >
      {make.isError && (
        <Failure
          error={make.error}
          what="No plan could be made; nothing was sent"
          {...(revision === undefined ? {} : { onRetry: () => makePlan(revision) })}
        />
      )}
      {plan.isError && !shown && (
        <Failure error={plan.error} what="The plan could not be read" onRetry={() => void plan.refetch()} />
      )}
      {standing === 'foreign' && read && <ForeignPlan plan={read} />}
      <GatePanel topologyId={topologyId} plan={shown} />
      {shown ? (
        <PlanColumns plan={shown} />
      ) : (
        !read && !make.isError && !plan.isError && <PlanSkeleton reading={reading} />
      )}
    </Page>
  );
}

function ForeignPlan({ plan: { id, topologyId, revision } }: { plan: Plan }) {
  const name = useTopologySummary(topologyId)?.name ?? 'another pair';
  return (
    <Notice tone="warn" title={`This plan is of ${name}, not of the pair of this page.`}>
      <Link href={`/topologies/${topologyId}/deploy?plan=${id}`} className="text-primary underline">
        Plan for revision {revision} of {name}
      </Link>
    </Notice>
  );
}

function PlanLead({ plan, newest }: { plan: Plan; newest: number | undefined }) {
  return (
    <>
      Plan for revision {plan.revision}
      {newest !== undefined && newest !== plan.revision && <strong className="text-warn"> (newest is {newest})</strong>}
      , made by {plan.createdBy} <RelativeTime at={plan.createdAt} /> from the state of{' '}
      {allDirectors(plan.hosts.length)}. Hash <span className="font-mono text-xs">{plan.hash.slice(0, 12)}</span>
    </>
  );
}

function PlanSkeleton({ reading }: { reading: string }) {
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      {['What happens to traffic', 'What changes', 'Files and kernel'].map((title) => (
        <Panel key={title} title={title}>
          <SkeletonRows label={reading} />
        </Panel>
      ))}
    </div>
  );
}

function nothingToDo(directorCount: number): string {
  return `Nothing to do: ${allDirectors(directorCount)} ${directorCount === 1 ? 'holds' : 'hold'} this revision already.`;
}

function PlanColumns({ plan }: { plan: Plan }) {
  const isEmpty =
    plan.summary.length === 0 &&
    plan.hosts.every(
      ({ files, actions }) => actions.length === 0 && files.every(({ change }) => change === 'unchanged'),
    );
  return (
    <>
      <PlanProblems problems={plan.problems} topologyId={plan.topologyId} />
      {isEmpty && (
        <Notice title={nothingToDo(plan.hosts.length)}>
          <Link href={`/live/${plan.topologyId}`} className="text-primary underline">
            Watch the pair
          </Link>
        </Notice>
      )}
      <PlanParts plan={plan} />
    </>
  );
}
