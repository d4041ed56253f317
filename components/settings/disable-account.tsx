'use client';
// Ends the access of an account, after saying what that means.
import type { ManagedAccount } from '@/lib/core/views/account';
import { useSetAccountEnabled } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';

type DisableAccountProps = { account: ManagedAccount; onClose: () => void };

export function DisableAccount({ account: { id, name, email }, onClose }: DisableAccountProps) {
  const disable = useSetAccountEnabled();
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`Disable ${email}`}
      description={`${name} is signed out everywhere at once and cannot sign in any more, neither by password nor by a one-time link. Plans that only ${name} approved need another approval. A deploy that runs goes on. Enabling gives the access back.`}
    >
      {disable.isError && <Failure error={disable.error} what="The account was not disabled" />}
      <DialogActions>
        <Button onClick={onClose}>Cancel</Button>
        <Button
          variant="danger"
          disabled={disable.isPending}
          onClick={() => disable.mutate({ id, isEnabled: false }, { onSuccess: onClose })}
        >
          Disable {email}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
