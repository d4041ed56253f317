'use client';
// What stands between a plan and its deploy: policy, approvals, and changing them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { SaveDeployPolicy } from '@/lib/core/views/deploy-gate';

/** Asked again while it is looked at: the approval comes from another person, a window opens by itself. */
export function useDeployGate(planId: string) {
  return useQuery({
    queryKey: ['gate', planId],
    queryFn: () => api.getDeployGate(planId),
    enabled: planId !== '',
    refetchInterval: 4_000,
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
    onSuccess: () => client.invalidateQueries({ queryKey: ['gate'] }),
  });
}
