'use client';
// The live pair: a snapshot, and the stream that keeps it fresh.
import { useCallback, useState } from 'react';
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { LiteralSection } from '@/lib/core/views/live-output';
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
  const query = useQuery({
    queryKey: ['live', topologyId],
    queryFn: () => api.getLive(topologyId),
    // What a person froze stays, whatever window they look at in between.
    refetchOnWindowFocus: !isPaused,
    refetchOnReconnect: !isPaused,
  });
  const onData = useCallback((pair: LivePair) => client.setQueryData(['live', topologyId], pair), [client, topologyId]);
  const stream = useEvents({
    path: `/live/${topologyId}/events`,
    event: 'live',
    onData,
    isEnabled: !isPaused,
  });
  return { ...query, stream, isPaused, setPaused };
}

/** Asked again while it is on the screen: the directors are read once a second anyway, and this asks only for what is known. */
const TRACE_MS = 3_000;

export function useLiveTrace(topologyId: string, packet: string) {
  return useQuery({
    queryKey: ['live-trace', topologyId, packet],
    queryFn: () => api.traceLive(topologyId, packet),
    enabled: packet !== '',
    placeholderData: keepPreviousData,
    refetchInterval: TRACE_MS,
    retry: false,
  });
}

type OutputQuestion = { director: string; section: LiteralSection; readAt: string | undefined };

/** Asked anew when the stream says that the director was read again; an output of a moment ago is not kept. */
export function useLiveOutput(topologyId: string, { director, section, readAt }: OutputQuestion) {
  return useQuery({
    queryKey: ['live-output', topologyId, director, section, readAt],
    queryFn: () => api.readLiveOutput(topologyId, { director, section }),
    placeholderData: (before, query) => (query?.queryKey[3] === section ? before : undefined),
    gcTime: 5_000,
    retry: false,
  });
}
