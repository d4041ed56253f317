'use client';
// Takes the trust back; confirmed by typing the director's name, because the accepted fingerprint is then gone.
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';

type ForgetHostKeyProps = { name: string; isBusy: boolean; onForget: () => void };

export function ForgetHostKey({ name, isBusy, onForget }: ForgetHostKeyProps) {
  const [isOpen, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const close = () => {
    setOpen(false);
    setTyped('');
  };
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Forget the accepted key
      </Button>
      <Dialog
        isOpen={isOpen}
        onOpenChange={(open) => !open && close()}
        title={`Forget the host key of ${name}`}
        description="The console stops polling and deploying to this director until a new key is scanned and accepted. The host itself is not changed."
      >
        <Field label={`Type ${name} to confirm`}>
          {(control) => (
            <Input {...control} autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
          )}
        </Field>
        <DialogActions>
          <Button onClick={close}>Cancel</Button>
          <Button
            variant="danger"
            disabled={typed !== name || isBusy}
            onClick={() => {
              onForget();
              close();
            }}
          >
            Forget the accepted key
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
