'use client';
// The history of deploys, of one pair or of all, as far back as somebody asked for.
import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import { refreshMs } from './deploy-queries';

const PAGE = 50;

/** Newest first; '' is every pair. All pages are asked for again, so that none has a gap: the more there are, the more seldom. */
export function useDeployHistory(topologyId: string) {
  return useInfiniteQuery({
    queryKey: ['deploys', 'history', topologyId],
    queryFn: ({ pageParam }) => api.listDeploys({ topologyId, before: pageParam, limit: PAGE }),
    initialPageParam: undefined as number | undefined,
    getNextPageParam: ({ rows, hasMore }) => (hasMore ? rows.at(-1)?.number : undefined),
    placeholderData: keepPreviousData,
    refetchInterval: ({ state }) => {
      const pages = state.data?.pages ?? [];
      return refreshMs(pages.flatMap(({ rows }) => rows)) * Math.max(1, pages.length);
    },
  });
}
