'use client';
// Saves what an earlier revision said as the newest one, after a look at the message; nothing is sent to a director.
import { useState } from 'react';
import type { TopologyRevision } from '@/lib/core/views/topology';
import { conflictOf } from '@/components/data/problem';
import { Failure } from '@/components/data/failure';
import { useRestoreRevision } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { useEditor } from '../editor-context';

type RestoreRevisionProps = {
  /** What is restored, and the newest revision that the person sees. */
  revision: number;
  newest: number;
  hasEdits: boolean;
  onClose: () => void;
  onRestored: (revision: TopologyRevision) => void;
};

export function RestoreRevision({ revision, newest, hasEdits, onClose, onRestored }: RestoreRevisionProps) {
  const { topologyId } = useEditor();
  const [message, setMessage] = useState(`Restore revision ${revision}`);
  const restore = useRestoreRevision(topologyId);
  const submit = () => restore.mutate({ revision, newest, message }, { onSuccess: onRestored });
  const { error, isPending } = restore;
  const conflict = conflictOf(error);
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={`Restore revision ${revision} as revision ${newest + 1}`}
      description="It becomes the newest revision; the ones in between stay in the history. Where the console reaches the directors stays as it is now. Nothing is sent to a director."
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {hasEdits && (
          <Notice tone="warn" title="Your draft has edits that were not saved.">
            They stay, on top of revision {newest}; afterwards the page asks how they go on.
          </Notice>
        )}
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
        {conflict ? (
          <Notice tone="warn" title={`${conflict.author} saved revision ${conflict.number} meanwhile.`}>
            Nothing was restored. Close this, look at the new revision, and restore again if it is still right.
          </Notice>
        ) : (
          error && <Failure error={error} what="The revision was not restored" />
        )}
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={isPending || conflict !== undefined}>
            {isPending ? 'Restoring' : `Restore as revision ${newest + 1}`}
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
