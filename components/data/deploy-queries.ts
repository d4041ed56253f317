'use client';
// Plans and deploys: making one, following one.
import { useCallback } from 'react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type DeployOrder } from '@/lib/api/client';
import { openDeployStates } from '@/lib/core/open-deploy-states';
import type { Deploy } from '@/lib/core/views/deploy';
import { useEvents } from './use-events';

export function useMakePlan(topologyId: string) {
  return useMutation({ mutationFn: (revision: number) => api.createPlan(topologyId, revision) });
}

export function usePlan(planId: string) {
  return useQuery({
    queryKey: ['plan', planId],
    queryFn: () => api.getPlan(planId),
    enabled: planId !== '',
    staleTime: Infinity,
  });
}

/** Counts again; the plan, its hash and what was approved stay. */
export function useRenewForecast(planId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.renewForecast(planId),
    onSuccess: (plan) => client.setQueryData(['plan', planId], plan),
  });
}

export function useStartDeploy() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (order: DeployOrder) => api.createDeploy(order),
    onSuccess: () => client.invalidateQueries({ queryKey: ['deploys'] }),
  });
}

/** How often a list of deploys is asked for. */
export function refreshMs(deploys: readonly Deploy[]): number {
  return deploys.some(({ state }) => openDeployStates.includes(state)) ? 2_000 : 8_000;
}

/** Newest first; asked often while one of them is open. */
export function useDeploys(limit: number) {
  return useQuery({
    queryKey: ['deploys', limit],
    queryFn: async () => (await api.listDeploys({ limit })).rows,
    refetchInterval: ({ state }) => refreshMs(state.data ?? []),
  });
}

/** Of one pair, null when it has none: when a deploy of it is open, this one is. */
export function useNewestDeploy(topologyId: string) {
  return useQuery({
    queryKey: ['deploys', 'newest', topologyId],
    queryFn: async () => (await api.listDeploys({ topologyId, limit: 1 })).rows[0] ?? null,
    refetchInterval: ({ state }) => refreshMs(state.data ? [state.data] : []),
  });
}

export function useDeployQuery(deployId: string, refetchInterval: number | false = false) {
  return useQuery({
    queryKey: ['deploy', deployId],
    queryFn: () => api.getDeploy(deployId),
    enabled: deployId !== '',
    refetchInterval,
  });
}

/** A deploy as it happens: the stream while it is open, the last known state when the stream is cut. */
export function useDeploy(deployId: string) {
  const client = useQueryClient();
  const query = useDeployQuery(deployId);
  const isOpen = query.data === undefined || openDeployStates.includes(query.data.state);
  const onData = useCallback(
    (deploy: Deploy) => {
      client.setQueryData(['deploy', deployId], deploy);
      if (!openDeployStates.includes(deploy.state)) void client.invalidateQueries({ queryKey: ['deploys'] });
    },
    [client, deployId],
  );
  const stream = useEvents({
    path: `/deploys/${deployId}/events`,
    event: 'deploy',
    onData,
    isEnabled: isOpen,
  });
  return { ...query, isOpen, stream };
}

export function useCancelDeploy(deployId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.cancelDeploy(deployId),
    onSuccess: (deploy) => client.setQueryData(['deploy', deployId], deploy),
  });
}
