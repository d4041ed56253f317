'use client';
// What an administrator does with the access of somebody else's account.
import { useState } from 'react';
import { KeyRound, UserCheck, UserX } from 'lucide-react';
import type { ManagedAccount } from '@/lib/core/views/account';
import { useSetAccountEnabled } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { useAccount } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { DisableAccount } from './disable-account';
import { SignInLinkDialog } from './sign-in-link-dialog';

export function AccountActions({ account }: { account: ManagedAccount }) {
  const self = useAccount();
  const enable = useSetAccountEnabled();
  const [dialog, setDialog] = useState<'disable' | 'link'>();
  const close = () => setDialog(undefined);
  const { id, email, isEnabled } = account;
  if (self?.id === id) return <span className="text-muted-foreground">This is you.</span>;
  return (
    <span className="flex flex-col items-start gap-1">
      <span className="flex flex-wrap gap-1">
        {isEnabled ? (
          <>
            <Button size="small" aria-label={`One-time link for ${email}`} onClick={() => setDialog('link')}>
              <KeyRound /> One-time link
            </Button>
            <Button size="small" aria-label={`Disable ${email}`} onClick={() => setDialog('disable')}>
              <UserX /> Disable
            </Button>
          </>
        ) : (
          <Button
            size="small"
            aria-label={`Enable ${email}`}
            disabled={enable.isPending}
            onClick={() => enable.mutate({ id, isEnabled: true })}
          >
            <UserCheck /> Enable
          </Button>
        )}
      </span>
      {enable.isError && <Failure error={enable.error} what="The account was not enabled" />}
      {dialog === 'disable' && <DisableAccount account={account} onClose={close} />}
      {dialog === 'link' && <SignInLinkDialog account={account} onClose={close} />}
    </span>
  );
}
