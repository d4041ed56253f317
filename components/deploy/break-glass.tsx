'use client';
// An administrator goes past the pair's rules: what stands in the way is shown, and a reason is asked for.
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';

const SHORTEST_REASON = 10;

type BreakGlassProps = { refusals: readonly string[]; isPending: boolean; onDeploy: (reason: string) => void };

export function BreakGlass({ refusals, isPending, onDeploy }: BreakGlassProps) {
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState('');
  return (
    <>
      <Button variant="danger" onClick={() => setOpen(true)}>
        Break glass
      </Button>
      <Dialog
        title="Deploy past the rules of this pair"
        description={refusals.join(' ')}
        isOpen={isOpen}
        onOpenChange={setOpen}
      >
        <Field label="Reason" help="The audit keeps it, and it is shown with the deploy. At least ten letters.">
          {(control) => (
            <Textarea {...control} rows={3} value={reason} onChange={(event) => setReason(event.target.value)} />
          )}
        </Field>
        <DialogActions>
          <Button onClick={() => setOpen(false)}>Do not deploy</Button>
          <Button
            variant="danger"
            disabled={isPending || reason.trim().length < SHORTEST_REASON}
            onClick={() => onDeploy(reason.trim())}
          >
            Deploy now, past the rules
          </Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
