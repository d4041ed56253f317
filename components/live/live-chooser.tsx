'use client';
// Which pair to watch.
import Link from 'next/link';
import { Failure } from '@/components/data/failure';
import { useLiveSnapshot } from '@/components/data/live-queries';
import { notFreshSince } from '@/components/data/not-fresh';
import { useTopologies } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';
import { PairBadges } from './pair-badges';

export function LiveChooser() {
  const { data, isError, error, refetch } = useTopologies();
  return (
    <Page title="Live" lead="What the kernels of each pair hold right now.">
      {isError && <Failure error={error} what="The pairs could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows label="Loading pairs" />}
      {data?.length === 0 && (
        <EmptyState title="No pair to watch yet">
          <Link href="/topologies" className="text-primary underline">
            Make a topology
          </Link>{' '}
          first; its two directors appear here as soon as their host keys are accepted.
        </EmptyState>
      )}
      <ul aria-label="Pairs" className="flex flex-col gap-2">
        {data?.map(({ id, name }) => (
          <li key={id} className="flex flex-wrap items-center gap-3 rounded border bg-card px-3 py-2">
            <Link href={`/live/${id}`} className="min-w-32 font-medium text-primary underline-offset-2 hover:underline">
              {name}
            </Link>
            <PairLine topologyId={id} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

/** Asked for every fifteen seconds (live-queries.ts); two answers may be missed. */
const OLD_MS = 45_000;

function PairLine({ topologyId }: { topologyId: string }) {
  const query = useLiveSnapshot(topologyId);
  const { data, isError, error } = query;
  const now = useNow();
  const since = notFreshSince(query, now, OLD_MS);
  if (data)
    return (
      <>
        <PairBadges pair={data} isOld={since !== undefined} />
        {since !== undefined && <Badge tone="warn">not fresh since {printDuration(now - since)}</Badge>}
      </>
    );
  return isError ? <Failure error={error} what="Its state could not be read" /> : <Skeleton className="h-5 w-48" />;
}
