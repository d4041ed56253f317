'use client';
// Topologies, revisions, rendering and import, as queries and mutations.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { TopologyDocument } from '@/lib/core/document';

type RenderAnswer = Awaited<ReturnType<typeof api.render>>;

export function useTopologies() {
  return useQuery({ queryKey: ['topologies'], queryFn: () => api.listTopologies(), refetchInterval: 15_000 });
}

export function useTopologySummary(topologyId: string) {
  return useTopologies().data?.find(({ id }) => id === topologyId);
}

/** The newest revision; asked again now and then so that the page says when someone saved meanwhile. */
export function useTopology(topologyId: string) {
  return useQuery({
    queryKey: ['topology', topologyId],
    queryFn: () => api.getTopology(topologyId),
    refetchInterval: 20_000,
  });
}

export function useRevisions(topologyId: string) {
  return useQuery({ queryKey: ['topology', topologyId, 'revisions'], queryFn: () => api.listRevisions(topologyId) });
}

export function useFetchRevision(topologyId: string) {
  return useMutation({ mutationFn: (revision: number) => api.getTopology(topologyId, revision) });
}

export function useRenderedFiles(
  document: TopologyDocument,
  options: { placeholderData?: (previous: RenderAnswer | undefined) => RenderAnswer | undefined } = {},
) {
  return useQuery({
    queryKey: ['render', document],
    queryFn: () => api.render(document),
    staleTime: Infinity,
    gcTime: 60_000,
    ...options,
  });
}

export function useImport() {
  return useMutation({ mutationFn: (text: string) => api.importText(text) });
}

export type NewTopology = { document: TopologyDocument; message: string } | { seed: true; name: string };

export function useCreateTopology() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: NewTopology) => api.createTopology(input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['topologies'] }),
  });
}

export function useSaveTopology(topologyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { baseRevision: number; document: TopologyDocument; message: string }) =>
      api.saveTopology(topologyId, input),
    onSuccess: (revision) => {
      client.setQueryData(['topology', topologyId], revision);
      void client.invalidateQueries({ queryKey: ['topologies'] });
      void client.invalidateQueries({ queryKey: ['topology', topologyId, 'revisions'] });
      void client.invalidateQueries({ queryKey: ['directors'] });
    },
  });
}

export function useRemoveTopology() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (topologyId: string) => api.removeTopology(topologyId),
    onSuccess: () => client.invalidateQueries({ queryKey: ['topologies'] }),
  });
}
