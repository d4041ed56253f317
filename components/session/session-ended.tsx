'use client';
// The session has ended under an open page: what was typed stays, and one goes on here after signing in elsewhere.
import { useEffect } from 'react';
import { ExternalLink, RotateCw } from 'lucide-react';
import { useMutation } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import { Failure } from '@/components/data/failure';
import { isUnauthenticated } from '@/components/data/problem';
import { useSessionEnd } from '@/components/data/query-provider';
import { useAccount } from '@/components/data/session';
import { BlockingDialog } from '@/components/ui/blocking-dialog';
import { Button } from '@/components/ui/button';
import { DialogActions } from '@/components/ui/dialog';
import { Notice } from '@/components/ui/notice';

export function SessionEnded() {
  const { hasEnded, goOn } = useSessionEnd();
  return hasEnded ? <EndNotice onBack={goOn} /> : null;
}

function EndNotice({ onBack }: { onBack: () => void }) {
  const own = useAccount();
  const { mutate, data, error, isPending } = useMutation({
    mutationFn: () => api.getSession(),
    onSuccess: (account) => {
      if (account.id === own?.id) onBack();
    },
  });
  useEffect(() => {
    // Whoever comes back from the other tab has nothing left to press.
    const look = () => mutate();
    window.addEventListener('focus', look);
    return () => window.removeEventListener('focus', look);
  }, [mutate]);
  return (
    <BlockingDialog
      title="Your session has ended"
      description="Sign in in another tab as the same account, then go on here: nothing on this page is lost."
    >
      {isUnauthenticated(error) && <Notice tone="warn" title="Nobody is signed in yet in this browser." />}
      {error && !isUnauthenticated(error) && <Failure error={error} what="The session could not be read" />}
      {data && data.id !== own?.id && (
        <Notice
          tone="warn"
          title={`${data.email} is signed in now.`}
          actions={<Button onClick={() => location.reload()}>Load this page as {data.email}</Button>}
        >
          This page was opened by {own?.email}, and nothing of it is sent under another name. Loading it again drops
          what was typed.
        </Notice>
      )}
      <DialogActions>
        <Button asChild variant="primary">
          <a href="/sign-in" target="_blank" rel="noopener">
            <ExternalLink /> Sign in in a new tab
          </a>
        </Button>
        <Button disabled={isPending} onClick={() => mutate()}>
          <RotateCw /> Go on here
        </Button>
      </DialogActions>
    </BlockingDialog>
  );
}
