'use client';
// Which pair to watch.
import Link from 'next/link';
import { Failure } from '@/components/data/failure';
import { useLiveSnapshot } from '@/components/data/live-queries';
import { useTopologies } from '@/components/data/topology-queries';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { Skeleton, SkeletonRows } from '@/components/ui/skeleton';
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

function PairLine({ topologyId }: { topologyId: string }) {
  const { data, isError, error } = useLiveSnapshot(topologyId);
  if (data) return <PairBadges pair={data} />;
  return isError ? <Failure error={error} what="Its state could not be read" /> : <Skeleton className="h-5 w-48" />;
}
