'use client';
// An administrator goes past the pair's rules: what stands in the way is shown, and a reason is asked for.
import { useState } from 'react';
import { Failure } from '@/components/data/failure';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';

const SHORTEST_REASON = 10;

type BreakGlassFormProps = {
  isPending: boolean;
  /** Why the last try was refused. */
  error: unknown;
  onDeploy: (reason: string) => void;
  onClose: () => void;
};
type BreakGlassProps = Omit<BreakGlassFormProps, 'onClose'> & {
  refusals: readonly string[];
  /** Nothing was tried yet. */
  onOpen: () => void;
};

export function BreakGlass({ refusals, onOpen, ...form }: BreakGlassProps) {
  const [isOpen, setOpen] = useState(false);
  const open = () => {
    onOpen();
    setOpen(true);
  };
  return (
    <>
      <Button variant="danger" onClick={open}>
        Break glass
      </Button>
      <Dialog
        title="Deploy past the rules of this pair"
        description={refusals.join(' ')}
        isOpen={isOpen}
        onOpenChange={setOpen}
      >
        <BreakGlassForm {...form} onClose={() => setOpen(false)} />
      </Dialog>
    </>
  );
}

/** The page behind is covered: a refusal is told here. */
export function BreakGlassForm({ isPending, error, onDeploy, onClose }: BreakGlassFormProps) {
  const [reason, setReason] = useState('');
  return (
    <>
      <Field label="Reason" help="The audit keeps it, and it is shown with the deploy. At least ten letters.">
        {(control) => (
          <Textarea {...control} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
        )}
      </Field>
      {error !== null && <Failure error={error} what="Nothing was deployed" />}
      <DialogActions>
        <Button onClick={onClose}>Do not deploy</Button>
        <Button
          variant="danger"
          disabled={isPending || reason.trim().length < SHORTEST_REASON}
          onClick={() => onDeploy(reason.trim())}
        >
          Deploy now, past the rules
        </Button>
      </DialogActions>
    </>
  );
}
