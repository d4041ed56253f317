'use client';
// One query cache for the browser; an ended session leads to sign-in and back.
import { useState, type ReactNode } from 'react';
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { leaveTo } from './leave';
import { isUnauthenticated } from './problem';

function goToSignIn(error: unknown): void {
  if (!isUnauthenticated(error) || location.pathname === '/sign-in') return;
  const next = `${location.pathname}${location.search}`;
  leaveTo(`/sign-in?reason=ended&next=${encodeURIComponent(next)}`);
}

function createClient(): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({ onError: goToSignIn }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (count, error) => !isUnauthenticated(error) && count < 1,
        refetchOnWindowFocus: true,
      },
    },
  });
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [client] = useState(createClient);
  return <QueryClientProvider client={client}>{children}</QueryClientProvider>;
}
