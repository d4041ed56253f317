'use client';
// Looks at connection tables, and searches of whole ones with their rows a page at a time.
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { ConnectionFilter, ConnectionSearch, NamedConnection } from '@/lib/core/views/connections';

/** Often enough for a page, and at 50 ms of the director a look still far below its cap of 50 ms a second. */
const AUTO_MS = 3_000;
const SEARCH_MS = 1_000;
export const SEARCH_PAGE = 500;

export type ConnectionQuestion = { director: string; limit: number; filter: ConnectionFilter; isAuto: boolean };

export function useConnections(topologyId: string, { director, limit, filter, isAuto }: ConnectionQuestion) {
  return useQuery({
    queryKey: ['connections', topologyId, director, limit, filter],
    queryFn: () => api.listConnections(topologyId, { director, limit, ...filter }),
    enabled: director !== '',
    placeholderData: keepPreviousData,
    refetchInterval: isAuto ? AUTO_MS : false,
    retry: false,
  });
}

const searchesKey = (topologyId: string) => ['searches', topologyId];

export function useSearches(topologyId: string) {
  return useQuery({
    queryKey: searchesKey(topologyId),
    queryFn: () => api.listSearches(topologyId),
    refetchInterval: ({ state }) => (state.data?.some((search) => search.state === 'running') ? SEARCH_MS : false),
  });
}

export function useStartSearch(topologyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { director: string; filter: ConnectionFilter }) => api.startSearch(topologyId, input),
    onSuccess: () => client.invalidateQueries({ queryKey: searchesKey(topologyId) }),
  });
}

export function useStopSearch(topologyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (search: string) => api.stopSearch(topologyId, search),
    onSuccess: () => client.invalidateQueries({ queryKey: searchesKey(topologyId) }),
  });
}

/** The rows of the pages that are in sight; the others are not asked for. A full page of a running search does not change any more. */
export function useSearchRows(topologyId: string, { id, found, state }: ConnectionSearch, pages: readonly number[]) {
  const answers = useQueries({
    queries: pages.map((page) => {
      const isFull = (page + 1) * SEARCH_PAGE <= found || state !== 'running';
      return {
        queryKey: [...searchesKey(topologyId), id, page, isFull ? 'full' : found],
        queryFn: () => api.readSearchRows(topologyId, id, { offset: page * SEARCH_PAGE, limit: SEARCH_PAGE }),
        staleTime: Infinity,
        gcTime: 60_000,
      };
    }),
  });
  const failed = answers.find(({ error }) => error !== null);
  const rowAt = (index: number): NamedConnection | undefined => {
    const at = pages.indexOf(Math.floor(index / SEARCH_PAGE));
    return answers[at]?.data?.rows[index % SEARCH_PAGE];
  };
  return { rowAt, error: failed?.error, retry: () => void failed?.refetch() };
}
