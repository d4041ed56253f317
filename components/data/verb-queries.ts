'use client';
// The verbs of a pair: what they left behind, forecasts, doing them, and the planned failover.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, type VerbOrder, type VerbQuestion } from '@/lib/api/client';
import type { LivePair } from '@/lib/core/views/live';
import type { PairVerbs, ServerTarget, StartedVerb, VerbForecast } from '@/lib/core/views/verbs';

const BUSY_MS = 2_000;
const REST_MS = 8_000;

export function isBusy(verbs: PairVerbs | undefined): boolean {
  return verbs?.openDeploy !== undefined || verbs?.failovers[0]?.state === 'running';
}

export function useVerbs(topologyId: string) {
  return useQuery({
    queryKey: ['verbs', topologyId],
    queryFn: () => api.listVerbs(topologyId),
    refetchInterval: ({ state }) => (isBusy(state.data) ? BUSY_MS : REST_MS),
    retry: false,
  });
}

/** Of this moment: never from a cache. */
export function useVerbForecast(topologyId: string, question: VerbQuestion | undefined) {
  return useQuery({
    queryKey: ['verb-forecast', topologyId, question],
    queryFn: () => (question ? api.forecastVerb(topologyId, question) : Promise.reject(new Error('no verb'))),
    enabled: question !== undefined,
    retry: false,
    gcTime: 0,
    staleTime: Infinity,
    refetchOnWindowFocus: false,
  });
}

export function toOrder(
  { verb, base }: VerbQuestion,
  { newestRevision, runningRevision, plan }: VerbForecast,
): VerbOrder {
  return { verb, base, newestRevision, runningRevision, planId: plan.id, planHash: plan.hash };
}

export function useStartVerb(topologyId: string) {
  const refresh = useRefresh(topologyId);
  return useMutation({ mutationFn: (order: VerbOrder) => api.startVerb(topologyId, order), onSettled: refresh });
}

/** Done at once when nobody can lose anything by it; else the forecast comes back, for a person to look at. */
export function useUndo(topologyId: string) {
  const refresh = useRefresh(topologyId);
  return useMutation({
    mutationFn: async (revision: number): Promise<StartedVerb | { needsLook: true }> => {
      const question: VerbQuestion = { verb: { kind: 'undo', revision }, base: 'running' };
      const forecast = await api.forecastVerb(topologyId, question);
      const { plan, pending, refusals } = forecast;
      const lost = plan.forecast?.totals.connections.loseServer ?? 'unknown';
      if (lost !== 0 || pending.length > 0 || refusals.length > 0 || !plan.deployable) return { needsLook: true };
      return api.startVerb(topologyId, toOrder(question, forecast));
    },
    onSettled: refresh,
  });
}

function useRefresh(topologyId: string) {
  const client = useQueryClient();
  return () => {
    void client.invalidateQueries({ queryKey: ['verbs', topologyId] });
    void client.invalidateQueries({ queryKey: ['deploys'] });
    void client.invalidateQueries({ queryKey: ['topology', topologyId] });
    return client.invalidateQueries({ queryKey: ['topologies'] });
  };
}

const HOLDERS_MS = 15_000;

/** Listing rows costs the director something, so only while somebody looks. */
export function useHolders(topologyId: string, server: ServerTarget, isEnabled: boolean) {
  return useQuery({
    queryKey: ['holders', topologyId, server],
    queryFn: () => api.getHolders(topologyId, server),
    enabled: isEnabled,
    refetchInterval: HOLDERS_MS,
    retry: false,
  });
}

export type CountAt = { at: number; count: number | undefined };
const SERIES_MS = 2_000;
const MOST_POINTS = 900;

/** What the live page saw of a real server since it was opened; a gap where the director could not be read. */
export function useCountSeries(topologyId: string, key: string, countOf: (pair: LivePair) => number | undefined) {
  const client = useQueryClient();
  const queryKey = ['count-series', topologyId, key];
  return useQuery({
    queryKey,
    queryFn: () => {
      const pair = client.getQueryData<LivePair>(['live', topologyId]);
      const known = client.getQueryData<CountAt[]>(queryKey) ?? [];
      return [...known, { at: Date.now(), count: pair && countOf(pair) }].slice(-MOST_POINTS);
    },
    refetchInterval: SERIES_MS,
    structuralSharing: false,
  });
}

export function useFailoverCheck(topologyId: string) {
  return useQuery({
    queryKey: ['failover-check', topologyId],
    queryFn: () => api.checkFailover(topologyId),
    retry: false,
    gcTime: 0,
    refetchInterval: 10_000,
  });
}

/** `checkedAt`: of the check that was shown, so that what began after it can be found when the answer is lost. */
type FailoverOrder = { from: string; to: string; accepted: string[]; checkedAt: string };

export function useStartFailover(topologyId: string) {
  const refresh = useRefresh(topologyId);
  return useMutation({
    mutationFn: ({ from, to, accepted }: FailoverOrder) => api.startFailover(topologyId, { from, to, accepted }),
    onSettled: refresh,
  });
}
