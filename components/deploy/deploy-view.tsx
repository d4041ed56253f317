'use client';
// One deploy as it happens: outcome, timers, two directors side by side, and what was proven.
import Link from 'next/link';
import type { Deploy } from '@/lib/core/views/deploy';
import { useDeploy } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { notFreshSince } from '@/components/data/not-fresh';
import { NotFreshNotice } from '@/components/data/not-fresh-notice';
import { Badge } from '@/components/ui/badge';
import { Page, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';
import { CancelDeploy } from './cancel-deploy';
import { DeadManTimer } from './dead-man-timer';
import { DeployedPlan } from './deployed-plan';
import { DeployOutcome } from './deploy-outcome';
import { DeployStateBadge } from './deploy-state-badge';
import { directorsIn } from './directors-in';
import { RestoreRelease } from './restore-release';
import { StepList } from './step-list';

/** The console reads an open deploy again every five seconds (lib/services/deploys.ts); two readings may be missed. */
const OLD_MS = 12_000;

export function DeployView({ deployId }: { deployId: string }) {
  const query = useDeploy(deployId);
  const { data: deploy, isOpen, isError, error, refetch, stream } = query;
  const now = useNow();
  const asOf = isOpen ? notFreshSince(query, now, OLD_MS) : undefined;
  if (!deploy)
    return (
      <Page title="Deploy">
        {isError ? (
          <Failure error={error} what="The deploy could not be read" onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows rows={8} label="Loading the deploy" />
        )}
      </Page>
    );
  return (
    <Page
      title={`Deploy ${deploy.number} on ${deploy.topologyName}`}
      lead={<Lead deploy={deploy} asOf={asOf} />}
      actions={
        <>
          {isOpen && stream === 'cut' && <Badge tone="warn">stream cut, reconnecting</Badge>}
          {isOpen ? <CancelDeploy deploy={deploy} /> : <RestoreRelease deploy={deploy} />}
        </>
      }
    >
      {asOf !== undefined && <NotFreshNotice since={asOf} error={error} onRetry={() => void refetch()} />}
      <DeployOutcome deploy={deploy} />
      <PairSteps deploy={deploy} asOf={asOf} />
      <Directors deploy={deploy} asOf={asOf} />
      <DeployedPlan deploy={deploy} />
    </Page>
  );
}

/** `asOf`: nothing newer is known; what the directors do by themselves goes on. */
type PartProps = { deploy: Deploy; asOf: number | undefined };

function Lead({ deploy, asOf }: PartProps) {
  const ticking = useNow();
  const now = asOf ?? ticking;
  const start = deploy.startedAt ?? deploy.createdAt;
  const elapsed = (deploy.endedAt ? Date.parse(deploy.endedAt) : now) - Date.parse(start);
  return (
    <div className="mt-1 flex flex-wrap items-center gap-x-3 gap-y-1">
      <DeployStateBadge state={deploy.state} isOld={asOf !== undefined} />
      <span>
        <Link href={`/topologies/${deploy.topologyId}`} className="text-primary underline underline-offset-2">
          Revision {deploy.revision}
        </Link>{' '}
        by {deploy.author}
        {deploy.approver && `, approved by ${deploy.approver}`}
        {deploy.breakGlass && `, past the rules: ${deploy.breakGlass}`}, <RelativeTime at={deploy.createdAt} />
      </span>
      <span className="tabular-nums">
        {deploy.endedAt ? 'took' : 'running for'} {printDuration(elapsed)}
      </span>
      <Link
        href={`/topologies/${deploy.topologyId}/deploy?plan=${deploy.planId}`}
        className="text-primary underline underline-offset-2"
      >
        Plan
      </Link>
    </div>
  );
}

function PairSteps({ deploy, asOf }: PartProps) {
  const steps = deploy.steps.filter((step) => step.director === undefined);
  if (steps.length === 0) return null;
  return (
    <Panel title="The pair">
      <StepList steps={steps} label="Steps of the pair" asOf={asOf} />
    </Panel>
  );
}

function Directors({ deploy, asOf }: PartProps) {
  const names = directorsIn(deploy);
  if (names.length === 0)
    return (
      <p className="text-muted-foreground">
        {deploy.endedAt
          ? 'No director was touched.'
          : 'Waiting for the worker to begin. Nothing was sent to a director yet.'}
      </p>
    );
  return (
    <div className="grid gap-3 md:grid-cols-2">
      {names.map((director) => {
        const firesAt = deploy.endedAt ? undefined : deploy.timers[director];
        return (
          <Panel key={director} title={director}>
            {firesAt && <DeadManTimer director={director} firesAt={firesAt} />}
            <StepList
              steps={deploy.steps.filter((step) => step.director === director)}
              label={`Steps on ${director}`}
              asOf={asOf}
            />
          </Panel>
        );
      })}
    </div>
  );
}
