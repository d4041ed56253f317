'use client';
// Saves the draft as a new revision with a message; a conflict is handed on, nothing is lost.
import { useState } from 'react';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { conflictOf } from '@/components/data/problem';
import { Failure } from '@/components/data/failure';
import { useSaveTopology } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { useEditor } from './editor-context';

type SaveDialogProps = {
  isOpen: boolean;
  baseRevision: number;
  onClose: () => void;
  onSaved: (revision: TopologyRevision) => void;
  onConflict: (current: TopologyRevision) => void;
};

export function SaveDialog({ isOpen, baseRevision, onClose, onSaved, onConflict }: SaveDialogProps) {
  const { topologyId, document, diagnostics } = useEditor();
  const [message, setMessage] = useState('');
  const save = useSaveTopology(topologyId);
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const submit = () =>
    save.mutate(
      { baseRevision, document, message },
      {
        onSuccess: (revision) => {
          setMessage('');
          onSaved(revision);
        },
        onError: (error) => {
          const current = conflictOf(error);
          if (current) onConflict(current);
        },
      },
    );
  return (
    <Dialog
      isOpen={isOpen}
      onOpenChange={(open) => !open && onClose()}
      title={`Save revision ${baseRevision + 1}`}
      description={
        errors > 0
          ? `The draft has ${errors} error${errors === 1 ? '' : 's'}: it is kept, and cannot be deployed until they are solved.`
          : 'Revisions are kept for ever; nothing is sent to a director yet.'
      }
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field label="Message" help="Why, in one line, for the next person on call.">
          {(control) => (
            <Input
              {...control}
              autoFocus
              value={message}
              maxLength={200}
              onChange={(event) => setMessage(event.target.value)}
            />
          )}
        </Field>
        {save.isError && !conflictOf(save.error) && (
          <Failure error={save.error} what="The revision was not saved; your edits are still here" />
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={save.isPending}>
            {save.isPending ? 'Saving' : `Save as revision ${baseRevision + 1}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
