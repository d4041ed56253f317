'use client';
// Alerts as they are now, and what people do with them.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { Alert, AlertChannel, AlertMute, SaveAlertSettings } from '@/lib/core/views/alert';

/** A row of the database, asked by every open page: cheap, and soon enough beside the hysteresis of the rules. */
const ALERTS_MS = 5_000;
const key = ['alerts'];

export function useAlerts() {
  return useQuery({ queryKey: key, queryFn: () => api.listAlerts(), refetchInterval: ALERTS_MS, retry: false });
}

/** What somebody should look at: open, not muted, and nobody looks after it yet. */
export function isUnattended({ isMuted, acknowledgedBy }: Alert): boolean {
  return !isMuted && acknowledgedBy === undefined;
}

function useChange<Input, Output>(change: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: change, onSuccess: () => client.invalidateQueries({ queryKey: key }) });
}

export function useAcknowledgeAlert() {
  return useChange((id: string) => api.acknowledgeAlert(id));
}

export function useMuteAlerts() {
  return useChange((input: { topologyId: string; rule: AlertMute['rule']; minutes: number; reason: string }) =>
    api.muteAlerts(input),
  );
}

export function useEndMute() {
  return useChange((id: string) => api.endMute(id));
}

const settingsKey = ['alert-settings'];

export function useAlertSettings() {
  return useQuery({ queryKey: settingsKey, queryFn: () => api.getAlertSettings(), retry: false });
}

export function useSaveAlertSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: SaveAlertSettings) => api.saveAlertSettings(input),
    onSuccess: (saved) => client.setQueryData(settingsKey, saved),
  });
}

export function useTestAlert() {
  return useMutation({ mutationFn: (channel: AlertChannel) => api.testAlertChannel(channel) });
}
