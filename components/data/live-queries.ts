'use client';
// The live pair: a snapshot, and the stream that keeps it fresh.
import { useCallback, useState } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { LivePair } from '@/lib/core/views/live';
import { useEvents } from './use-events';

export function useLiveSnapshot(topologyId: string) {
  return useQuery({
    queryKey: ['live', topologyId],
    queryFn: () => api.getLive(topologyId),
    retry: false,
    refetchInterval: 15_000,
  });
}

const DRIFT_MS = 5_000;

/** For pages that do not follow the whole pair. */
export function useDrift(topologyId: string) {
  return useQuery({
    queryKey: ['drift', topologyId],
    queryFn: () => api.getDrift(topologyId),
    refetchInterval: DRIFT_MS,
    retry: false,
  });
}

export function useAdoptDrift(topologyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { director: string; item: string }) => api.adoptDrift(topologyId, input),
    onSuccess: (revision) => {
      client.setQueryData(['topology', topologyId], revision);
      void client.invalidateQueries({ queryKey: ['topology', topologyId, 'revisions'] });
      return client.invalidateQueries({ queryKey: ['topologies'] });
    },
  });
}

export function useLivePair(topologyId: string) {
  const client = useQueryClient();
  const [isPaused, setPaused] = useState(false);
  const query = useQuery({ queryKey: ['live', topologyId], queryFn: () => api.getLive(topologyId) });
  const onData = useCallback((pair: LivePair) => client.setQueryData(['live', topologyId], pair), [client, topologyId]);
  const stream = useEvents({
    path: `/live/${topologyId}/events`,
    event: 'live',
    onData,
    isEnabled: !isPaused,
  });
  return { ...query, stream, isPaused, setPaused };
}
