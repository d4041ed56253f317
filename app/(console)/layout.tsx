// Every page behind sign-in: asks who it is, then draws the frame.
import type { ReactNode } from 'react';
import { headers } from 'next/headers';
import { NuqsAdapter } from 'nuqs/adapters/next/app';
import { getSessionAccount } from '@/lib/auth/session';
import { QueryProvider } from '@/components/data/query-provider';
import { SessionProvider } from '@/components/data/session';
import { LazySessionEnded } from '@/components/session/lazy-session-ended';
import { ToSignIn } from '@/components/session/to-sign-in';
import { AppShell } from '@/components/shell/app-shell';
import { LazyToaster } from '@/components/ui/lazy-toaster';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const account = await getSessionAccount(await headers());
  if (!account) return <ToSignIn />;
  return (
    <NuqsAdapter>
      <QueryProvider>
        <SessionProvider account={account}>
          <AppShell>{children}</AppShell>
          <LazySessionEnded />
          <LazyToaster />
        </SessionProvider>
      </QueryProvider>
    </NuqsAdapter>
  );
}
