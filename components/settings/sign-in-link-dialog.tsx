'use client';
// Makes a one-time link for an account and shows it once; whoever has it is that person to the console.
import type { ManagedAccount, SignInLink } from '@/lib/core/views/account';
import { useMakeSignInLink } from '@/components/data/account-queries';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { printExact } from '@/components/ui/time';

type SignInLinkDialogProps = { account: ManagedAccount; onClose: () => void };

export function SignInLinkDialog({ account: { id, name, email }, onClose }: SignInLinkDialogProps) {
  const make = useMakeSignInLink();
  return (
    <Dialog
      isOpen
      onOpenChange={(isOpen) => !isOpen && onClose()}
      title={`One-time link for ${email}`}
      description={
        make.data
          ? `Give it to ${name} over a channel that you trust: whoever opens it is signed in as ${name}.`
          : `For a password that is forgotten, or known to somebody else: the password of ${name} is removed, every session ends, and an earlier link stops working. Whoever opens the new link is signed in and sets a new password.`
      }
    >
      {make.isError && <Failure error={make.error} what="The link was not made" />}
      {make.data ? (
        <MadeLink link={make.data} onClose={onClose} />
      ) : (
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="danger" disabled={make.isPending} onClick={() => make.mutate(id)}>
            Remove the password and make a link
          </Button>
        </DialogActions>
      )}
    </Dialog>
  );
}

function MadeLink({ link: { path, expiresAt }, onClose }: { link: SignInLink; onClose: () => void }) {
  const address = new URL(path, location.origin).href;
  return (
    <>
      <Field label="Link" action={<CopyButton text={address} label="Copy the link" />}>
        {(control) => (
          <Input
            {...control}
            readOnly
            value={address}
            className="font-mono text-xs"
            onFocus={(event) => event.target.select()}
          />
        )}
      </Field>
      <Notice tone="warn" title="The link is shown only here.">
        It works once, until {printExact(expiresAt)} (the console’s clock).
      </Notice>
      <DialogActions>
        <Button onClick={onClose}>Close</Button>
      </DialogActions>
    </>
  );
}
