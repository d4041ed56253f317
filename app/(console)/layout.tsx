// Every page behind sign-in: asks who it is, then draws the frame.
import type { ReactNode } from 'react';
import { headers } from 'next/headers';
import { getSessionAccount } from '@/lib/auth/session';
import { SessionProvider } from '@/components/data/session';
import { ToSignIn } from '@/components/session/to-sign-in';
import { AppShell } from '@/components/shell/app-shell';
import { Toaster } from '@/components/ui/toaster';

export default async function ConsoleLayout({ children }: { children: ReactNode }) {
  const account = await getSessionAccount(await headers());
  if (!account) return <ToSignIn />;
  return (
    <SessionProvider account={account}>
      <AppShell>{children}</AppShell>
      <Toaster />
    </SessionProvider>
  );
}
