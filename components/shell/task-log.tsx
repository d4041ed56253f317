'use client';
// The foot of every page: the newest deploy in one line; unfolded, the newest deploys with the steps of one of them.
import { useEffect, useRef, useState } from 'react';
import Link from 'next/link';
import { ChevronDown, ChevronUp } from 'lucide-react';
import { openDeployStates } from '@/lib/core/open-deploy-states';
import type { Deploy } from '@/lib/core/views/deploy';
import { useDeployQuery, useDeploys } from '@/components/data/deploy-queries';
import { DeployStateBadge } from '@/components/deploy/deploy-state-badge';
import { StepList } from '@/components/deploy/step-list';
import { cn } from '@/components/ui/class-names';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';

const isOpenDeploy = (deploy: Deploy) => openDeployStates.includes(deploy.state);

/** A deploy that ended while the person looked elsewhere is told once. */
function useEndToast(newest: Deploy | undefined): void {
  const seen = useRef<string>(undefined);
  useEffect(() => {
    if (!newest) return;
    const wasOpen = seen.current === newest.id;
    seen.current = isOpenDeploy(newest) ? newest.id : undefined;
    if (!wasOpen || isOpenDeploy(newest) || location.pathname === `/deploys/${newest.id}`) return;
    const text = `Deploy ${newest.number} on ${newest.topologyName}: ${newest.state}`;
    void import('sonner').then(({ toast }) => {
      if (newest.state === 'verified') toast.success(text);
      else toast.error(text, newest.outcome ? { description: newest.outcome } : {});
    });
  }, [newest]);
}

export function TaskLog() {
  const { data: deploys } = useDeploys(10);
  const [isUnfolded, setUnfolded] = useState(false);
  const newest = deploys?.[0];
  useEndToast(newest);
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
          <TaskLine deploy={newest} />
        ) : (
          <span className="text-muted-foreground">{deploys ? 'nothing was deployed yet' : ''}</span>
        )}
      </button>
      {isUnfolded && <TaskList deploys={deploys ?? []} />}
    </section>
  );
}

function TaskLine({ deploy }: { deploy: Deploy }) {
  const now = useNow();
  const isOpen = isOpenDeploy(deploy);
  const { data: detail } = useDeployQuery(deploy.id, isOpen ? 1_500 : false);
  const step = detail?.steps.findLast((each) => each.state === 'running');
  const started = step?.startedAt ?? deploy.startedAt ?? deploy.createdAt;
  return (
    <span className="flex min-w-0 items-center gap-2">
      <span className="truncate">
        deploy {deploy.number} on {deploy.topologyName}
        {isOpen &&
          `: ${step ? `${step.name}${step.director ? ` ${step.director}` : ''}` : deploy.state}, ${printDuration(now - Date.parse(started))}`}
      </span>
      <DeployStateBadge state={deploy.state} />
      {!isOpen && (
        <span className="hidden text-muted-foreground sm:inline">
          <RelativeTime at={deploy.endedAt ?? deploy.createdAt} />
        </span>
      )}
    </span>
  );
}

function TaskList({ deploys }: { deploys: readonly Deploy[] }) {
  const [chosen, setChosen] = useState<string>();
  const id = chosen ?? deploys[0]?.id;
  const { data: detail } = useDeployQuery(id ?? '', 2_000);
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
              <DeployStateBadge state={deploy.state} />
            </button>
          </li>
        ))}
      </ul>
      <div className="flex min-w-0 flex-col gap-2">
        <Link href={`/deploys/${id}`} className="self-start text-primary underline-offset-2 hover:underline">
          Open this deploy
        </Link>
        <StepList steps={detail?.steps ?? []} />
      </div>
    </div>
  );
}
