'use client';
// The foot of every page: the newest deploy in one line; unfolded, the newest deploys with the steps of one of them.
import { useEffect, useRef, useState } from 'react';
import Link from 'next/link';
import { ChevronDown, ChevronUp } from 'lucide-react';
import type { Deploy } from '@/lib/core/views/deploy';
import { useDeployQuery, useDeploys } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { notFreshSince } from '@/components/data/not-fresh';
import { NotFreshNotice } from '@/components/data/not-fresh-notice';
import { DeployStateBadge } from '@/components/deploy/deploy-state-badge';
import { StepList } from '@/components/deploy/step-list';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';
import { isOpenDeploy, lookAtDeploys, type SeenDeploys } from './ended-deploys';

/** Open deploys are asked for every two seconds, the list every eight: two answers may be missed. */
const OLD_MS = 25_000;

/** A deploy that ended while the person looked elsewhere is told once. */
function useEndToast(deploys: readonly Deploy[] | undefined): void {
  const seen = useRef<SeenDeploys>(undefined);
  useEffect(() => {
    if (!deploys) return;
    const look = lookAtDeploys(seen.current, deploys);
    seen.current = look.seen;
    for (const deploy of look.ended) if (location.pathname !== `/deploys/${deploy.id}`) tellEnd(deploy);
  }, [deploys]);
}

function tellEnd({ number, topologyName, state, outcome }: Deploy): void {
  const text = `Deploy ${number} on ${topologyName}: ${state}`;
  void import('sonner').then(({ toast }) => {
    if (state === 'verified') toast.success(text);
    else toast.error(text, outcome ? { description: outcome } : {});
  });
}

export function TaskLog() {
  const query = useDeploys(10);
  const { data: deploys, isError } = query;
  const now = useNow();
  const asOf = deploys && notFreshSince(query, now, OLD_MS);
  const [isUnfolded, setUnfolded] = useState(false);
  const newest = deploys?.[0];
  useEndToast(deploys);
  return (
    <section aria-label="Task log" className="sticky bottom-0 z-20 border-t bg-shell">
      <button
        type="button"
        aria-expanded={isUnfolded}
        onClick={() => setUnfolded(!isUnfolded)}
        className="flex h-7.5 w-full items-center gap-2 px-3 text-left text-xs focus-visible:-outline-offset-2"
      >
        {isUnfolded ? <ChevronDown aria-hidden className="size-3.5" /> : <ChevronUp aria-hidden className="size-3.5" />}
        <span className="font-medium whitespace-nowrap max-sm:sr-only">Task log</span>
        {newest ? (
          <TaskLine deploy={newest} listedAsOf={asOf} />
        ) : (
          <span className="text-muted-foreground">
            {deploys ? 'nothing was deployed yet' : isError && 'the deploys could not be read'}
          </span>
        )}
      </button>
      {isUnfolded && <TaskList deploys={deploys ?? []} isOld={asOf !== undefined} />}
    </section>
  );
}

/** `listedAsOf`: the list could not be read since. */
function TaskLine({ deploy, listedAsOf }: { deploy: Deploy; listedAsOf: number | undefined }) {
  const now = useNow();
  const isOpen = isOpenDeploy(deploy);
  const query = useDeployQuery(deploy.id, isOpen ? 1_500 : false);
  const { data: detail } = query;
  const asOf = listedAsOf ?? (isOpen && detail ? notFreshSince(query, now, OLD_MS) : undefined);
  const step = detail?.steps.findLast((each) => each.state === 'running');
  const started = step?.startedAt ?? deploy.startedAt ?? deploy.createdAt;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className={cn('truncate', asOf !== undefined && 'text-muted-foreground')}>
        deploy {deploy.number} on {deploy.topologyName}
        {isOpen &&
          `: ${step ? `${step.name}${step.director ? ` ${step.director}` : ''}` : deploy.state}, ${printDuration((asOf ?? now) - Date.parse(started))}`}
      </span>
      <DeployStateBadge state={deploy.state} isOld={asOf !== undefined} />
      {asOf !== undefined && <Badge tone="warn">not fresh since {printDuration(now - asOf)}</Badge>}
      {!isOpen && (
        <span className="hidden text-muted-foreground sm:inline">
          <RelativeTime at={deploy.endedAt ?? deploy.createdAt} />
        </span>
      )}
    </span>
  );
}

function TaskList({ deploys, isOld }: { deploys: readonly Deploy[]; isOld: boolean }) {
  const [chosen, setChosen] = useState<string>();
  const id = chosen ?? deploys[0]?.id;
  const query = useDeployQuery(id ?? '', 2_000);
  const { data: detail, error, isError, refetch } = query;
  const now = useNow();
  const asOf = detail && isOpenDeploy(detail) ? notFreshSince(query, now, OLD_MS) : undefined;
  const retry = () => void refetch();
  if (!id)
    return (
      <p className="px-3 pb-3 text-muted-foreground">
        Deploys of all pairs appear here, step by step, with the tools’ own words.
      </p>
    );
  return (
    <div className="grid max-h-[45vh] gap-3 overflow-auto border-t bg-background p-3 md:grid-cols-[300px_minmax(0,1fr)]">
      <ul className="flex flex-col">
        {deploys.map((deploy) => (
          <li key={deploy.id}>
            <button
              type="button"
              aria-pressed={deploy.id === id}
              onClick={() => setChosen(deploy.id)}
              className={cn(
                'flex w-full items-center justify-between gap-2 rounded px-2 py-1 text-left hover:bg-muted',
                deploy.id === id && 'bg-accent-soft',
              )}
            >
              <span className="truncate">
                deploy {deploy.number} on {deploy.topologyName}
              </span>
              <DeployStateBadge state={deploy.state} isOld={isOld} />
            </button>
          </li>
        ))}
      </ul>
      <div className="flex min-w-0 flex-col gap-2">
        <Link href={`/deploys/${id}`} className="self-start text-primary underline-offset-2 hover:underline">
          Open this deploy
        </Link>
        {asOf !== undefined && <NotFreshNotice since={asOf} error={error} onRetry={retry} />}
        {isError && !detail ? (
          <Failure error={error} what="The deploy could not be read" onRetry={retry} />
        ) : (
          <StepList steps={detail?.steps ?? []} asOf={asOf} />
        )}
      </div>
    </div>
  );
}
