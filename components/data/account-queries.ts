'use client';
// Accounts and the audit trail.
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { AccountRole } from '@/lib/core/views/account';

export type AuditQuestion = { action?: string; actor?: string; target?: string; before?: string; limit?: number };

export function useAudit(question: AuditQuestion) {
  return useQuery({
    queryKey: ['audit', question],
    queryFn: () => api.listAudit(question),
    placeholderData: keepPreviousData,
  });
}

/** A row never changes. */
export function useAuditEntry(rowId: string) {
  return useQuery({
    queryKey: ['audit-entry', rowId],
    queryFn: () => api.getAuditEntry(rowId),
    staleTime: Infinity,
    gcTime: 0,
  });
}

export function useAccounts(isEnabled: boolean) {
  return useQuery({ queryKey: ['accounts'], queryFn: () => api.listAccounts(), enabled: isEnabled });
}

export type NewAccount = { name: string; email: string; password: string; role: AccountRole };

export function useCreateAccount() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: NewAccount) => api.createAccount(input),
    onSuccess: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

export function useChangeRole() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, role }: { id: string; role: AccountRole }) => api.changeRole(id, role),
    onSettled: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

export function useSetAccountEnabled() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, isEnabled }: { id: string; isEnabled: boolean }) => api.setAccountEnabled(id, isEnabled),
    onSettled: () => client.invalidateQueries({ queryKey: ['accounts'] }),
  });
}

/** Told once: nothing keeps it. */
export function useMakeSignInLink() {
  return useMutation({ mutationFn: (id: string) => api.makeSignInLink(id), gcTime: 0 });
}

const ownKey = ['session'];

export function useOwnAccount() {
  return useQuery({ queryKey: ownKey, queryFn: () => api.getSession() });
}

export function useSetPassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (input: { password: string; current?: string }) => api.setPassword(input),
    onSuccess: () => client.invalidateQueries({ queryKey: ownKey }),
  });
}
