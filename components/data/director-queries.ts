'use client';
// Directors: list, host keys, connection tests, and the console's own public key.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { AccessForm } from '@/lib/core/views/director';

export function useDirectors() {
  return useQuery({ queryKey: ['directors'], queryFn: () => api.listDirectors(), refetchInterval: 15_000 });
}

export function useConsoleKey() {
  return useQuery({ queryKey: ['console-key'], queryFn: () => api.getConsoleKey(), staleTime: Infinity });
}

export function useInstallScript(directorId: string, form: AccessForm) {
  return useQuery({
    queryKey: ['install-script', directorId, form],
    queryFn: () => api.getInstallScript(directorId, form),
    staleTime: 60_000,
  });
}

export function useScanHostKey(directorId: string) {
  return useMutation({ mutationFn: () => api.scanDirector(directorId) });
}

function useRefreshedMutation<Input, Output>(run: (input: Input) => Promise<Output>) {
  const client = useQueryClient();
  return useMutation({ mutationFn: run, onSettled: () => client.invalidateQueries({ queryKey: ['directors'] }) });
}

export function useTrustHostKey(directorId: string) {
  return useRefreshedMutation((fingerprint: string) => api.trustDirector(directorId, fingerprint));
}

export function useForgetHostKey(directorId: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => api.untrustDirector(directorId),
    onSettled: () => client.invalidateQueries({ queryKey: ['directors'] }),
  });
}

export function useTestDirector(directorId: string) {
  return useRefreshedMutation((installGuard: boolean) => api.testDirector(directorId, installGuard));
}
