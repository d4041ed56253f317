'use client';
// The difference of two texts; the diff library is loaded when it is first asked for.
import { useQuery } from '@tanstack/react-query';
import { DiffView } from '@/components/ui/diff-view';
import { Skeleton } from '@/components/ui/skeleton';

type FileDiffProps = { path: string; before: string; after: string };

export function FileDiff({ path, before, after }: FileDiffProps) {
  const { data } = useQuery({
    queryKey: ['diff', before, after],
    queryFn: async () => {
      const { createTwoFilesPatch } = await import('diff');
      return createTwoFilesPatch('saved', 'draft', before, after, undefined, undefined, { context: 3 });
    },
    staleTime: Infinity,
    gcTime: 60_000,
  });
  if (before === after) return <p className="text-muted-foreground">Same as in the saved revision.</p>;
  return data === undefined ? <Skeleton className="h-24" /> : <DiffView diff={data} label={`Difference of ${path}`} />;
}
