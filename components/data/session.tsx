'use client';
// Who is signed in and what their role may do: viewer looks, operator edits and deploys, admin also trusts directors.
import { createContext, useContext, type ReactNode } from 'react';
import type { Account } from '@/lib/core/views/account';

const SessionContext = createContext<Account | undefined>(undefined);

export function SessionProvider({ account, children }: { account: Account; children: ReactNode }) {
  return <SessionContext value={account}>{children}</SessionContext>;
}

export function useAccount(): Account | undefined {
  return useContext(SessionContext);
}

export function useCanEdit(): boolean {
  const role = useAccount()?.role;
  return role === 'operator' || role === 'admin';
}

export function useIsAdmin(): boolean {
  return useAccount()?.role === 'admin';
}
