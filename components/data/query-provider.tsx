'use client';
// One query cache for the browser, and whether the session behind it has ended.
import { createContext, useContext, useState, type ReactNode } from 'react';
import { QueryClientProvider } from '@tanstack/react-query';
import { leaveTo } from './leave';
import { createQueryClient, holdsNothing } from './query-client';

type SessionEnd = { hasEnded: boolean; goOn: () => void };
const SessionEndContext = createContext<SessionEnd>({ hasEnded: false, goOn: () => undefined });

export function useSessionEnd(): SessionEnd {
  return useContext(SessionEndContext);
}

export function QueryProvider({ children }: { children: ReactNode }) {
  const [hasEnded, setEnded] = useState(false);
  const [client] = useState(() =>
    createQueryClient((asked) => (holdsNothing(asked, performance.now()) ? goToSignIn() : setEnded(true))),
  );
  const goOn = () => {
    setEnded(false);
    void client.invalidateQueries();
  };
  return (
    <QueryClientProvider client={client}>
      <SessionEndContext value={{ hasEnded, goOn }}>{children}</SessionEndContext>
    </QueryClientProvider>
  );
}

function goToSignIn(): void {
  const next = `${location.pathname}${location.search}`;
  leaveTo(`/sign-in?reason=ended&next=${encodeURIComponent(next)}`);
}
