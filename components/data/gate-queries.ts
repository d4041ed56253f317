'use client';
// What stands between a plan and its deploy: the pair's rules, approvals, and changing them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { SaveDeployPolicy } from '@/lib/core/views/deploy-gate';
import { findFreeze } from './find-freeze';

const policyKey = (topologyId: string) => ['deploy-policy', topologyId];
/** Another person approves or freezes, a window opens by itself. */
const ASKED_AGAIN_MS = 4_000;

/** With or without a plan. */
export function useDeployPolicy(topologyId: string) {
  return useQuery({
    queryKey: policyKey(topologyId),
    queryFn: () => api.getDeployPolicy(topologyId),
    refetchInterval: ASKED_AGAIN_MS,
  });
}

/** Who froze the pair and when; asks for nothing while it is not frozen. */
export function useFreeze(topologyId: string, pairName: string, reason: string) {
  return useQuery({
    queryKey: [...policyKey(topologyId), 'freeze', pairName, reason],
    queryFn: () => findFreeze(pairName, reason),
    enabled: pairName !== '' && reason !== '',
  });
}

export function useDeployGate(planId: string) {
  return useQuery({
    queryKey: ['gate', planId],
    queryFn: () => api.getDeployGate(planId),
    enabled: planId !== '',
    refetchInterval: ASKED_AGAIN_MS,
  });
}

export function useApprovePlan(planId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (planHash: string) => api.approvePlan(planId, planHash),
    onSuccess: (gate) => client.setQueryData(['gate', planId], gate),
  });
}

export function useSaveDeployPolicy(topologyId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: SaveDeployPolicy) => api.saveDeployPolicy(topologyId, input),
    onSuccess: () =>
      Promise.all([policyKey(topologyId), ['gate']].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}
