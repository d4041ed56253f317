'use client';
// Topologies, revisions, rendering and import, as queries and mutations.
import { useEffect } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { TopologyDocument } from '@/lib/core/document';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { restoreRevision, type Restore } from './restore-revision';

export function useTopologies() {
  return useQuery({ queryKey: ['topologies'], queryFn: () => api.listTopologies(), refetchInterval: 15_000 });
}

export function useTopologySummary(topologyId: string) {
  return useTopologies().data?.find(({ id }) => id === topologyId);
}

/** The newest revision; asked for again when the list says that someone saved meanwhile, because a document can be large. */
export function useTopology(topologyId: string) {
  const newest = useTopologySummary(topologyId)?.revision;
  const query = useQuery({ queryKey: ['topology', topologyId], queryFn: () => api.getTopology(topologyId) });
  const { refetch } = query;
  const isLate = newest !== undefined && query.data !== undefined && newest > query.data.number;
  useEffect(() => {
    if (isLate) void refetch();
  }, [isLate, newest, refetch]);
  return query;
}

export function useRevisions(topologyId: string) {
  return useQuery({ queryKey: ['topology', topologyId, 'revisions'], queryFn: () => api.listRevisions(topologyId) });
}

/** A revision never changes, so it is asked for once; undefined asks for nothing. */
export function useRevision(topologyId: string, revision: number | undefined) {
  return useQuery({
    queryKey: ['topology', topologyId, 'revision', revision],
    queryFn: () => api.getTopology(topologyId, revision),
    enabled: revision !== undefined,
    staleTime: Infinity,
  });
}

export function useFetchRevision(topologyId: string) {
  return useMutation({ mutationFn: (revision: number) => api.getTopology(topologyId, revision) });
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

/** Whatever makes a revision: what the page knows of the topology follows. */
function useNewRevision<Input>(topologyId: string, make: (input: Input) => Promise<TopologyRevision>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: make,
    onSuccess: (revision) => {
      client.setQueryData(['topology', topologyId], revision);
      void client.invalidateQueries({ queryKey: ['topologies'] });
      void client.invalidateQueries({ queryKey: ['topology', topologyId, 'revisions'] });
      void client.invalidateQueries({ queryKey: ['directors'] });
    },
  });
}

export function useSaveTopology(topologyId: string) {
  return useNewRevision(topologyId, (input: { baseRevision: number; document: TopologyDocument; message: string }) =>
    api.saveTopology(topologyId, input),
  );
}

export function useRestoreRevision(topologyId: string) {
  return useNewRevision(topologyId, (input: Restore) => restoreRevision(topologyId, input));
}

export function useRemoveTopology() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ topologyId, leaveReleases }: { topologyId: string; leaveReleases: boolean }) =>
      api.removeTopology(topologyId, leaveReleases),
    onSuccess: (_answer, { topologyId }) => {
      client.removeQueries({ queryKey: ['topology', topologyId] });
      void client.invalidateQueries({ queryKey: ['directors'] });
      return client.invalidateQueries({ queryKey: ['topologies'] });
    },
  });
}
