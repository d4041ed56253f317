'use client';
// Loads the newest revision and keeps the layout meanwhile; a failed refresh never takes the editor away.
import { Failure } from '@/components/data/failure';
import { useTopology } from '@/components/data/topology-queries';
import { Skeleton, SkeletonRows } from '@/components/ui/skeleton';
import { TopologyEditor } from './topology-editor';

export function TopologyPage({ topologyId }: { topologyId: string }) {
  const { data, isError, error, refetch } = useTopology(topologyId);
  if (data) return <TopologyEditor saved={data} />;
  if (isError)
    return (
      <div className="p-4">
        <Failure error={error} what="The topology could not be read" onRetry={() => void refetch()} />
      </div>
    );
  return (
    <div role="status" aria-label="Loading the topology" className="flex flex-col">
      <div className="border-b px-3 py-2">
        <Skeleton className="h-7.5 w-64" />
      </div>
      <div className="grid lg:grid-cols-[minmax(0,1fr)_400px]">
        <div className="h-[300px] border-r p-6 lg:h-[560px]">
          <Skeleton className="h-full" />
        </div>
        <div className="p-3">
          <SkeletonRows rows={8} />
        </div>
      </div>
    </div>
  );
}
