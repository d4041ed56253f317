'use client';
// Removes a topology for good: what goes, what stays on directors, and its name typed first.
import { useState } from 'react';
import { ApiProblem } from '@/lib/api/client';
import { Failure } from '@/components/data/failure';
import { useRemoveTopology } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Dialog, DialogActions } from '@/components/ui/dialog';
import { Field } from '@/components/ui/field';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';

type RemoveTopologyDialogProps = {
  topologyId: string;
  /** As the console knows it, which is the name of the newest saved revision. */
  name: string;
  revision: number;
  onClose: () => void;
  onRemoved: () => void;
};

/** Directors on which a confirmed release would be left, when that is why the removal was refused. */
function releasesOf(error: unknown): string[] {
  const directors = error instanceof ApiProblem && error.code === 'conflict' ? error.details?.directors : undefined;
  return Array.isArray(directors) ? directors.map(String) : [];
}

export function RemoveTopologyDialog({ topologyId, name, revision, onClose, onRemoved }: RemoveTopologyDialogProps) {
  const [typed, setTyped] = useState('');
  const [leaveReleases, setLeaveReleases] = useState(false);
  const remove = useRemoveTopology();
  const directors = releasesOf(remove.error);
  const isConfirmed = typed === name && (directors.length === 0 || leaveReleases);
  const submit = () => remove.mutate({ topologyId, leaveReleases }, { onSuccess: onRemoved });
  return (
    <Dialog
      isOpen
      onOpenChange={(open) => !open && onClose()}
      title={`Remove topology ${name}`}
      description={`Its ${revision} revision${revision === 1 ? '' : 's'}, plans and deploys go; the audit trail stays. No director is touched. This cannot be undone.`}
    >
      <form
        className="flex flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          if (isConfirmed) submit();
        }}
      >
        {directors.length > 0 && (
          <Notice tone="warn" title={`A confirmed release stays on ${directors.join(' and ')}`}>
            <p>
              The directors go on as they are, and the console no longer knows of it. To take it off, put the state from
              before the first deploy back there: <code className="font-mono">guard apply origin</code>.
            </p>
            <Checkbox
              label="Leave the releases on the directors"
              className="mt-2"
              checked={leaveReleases}
              onCheckedChange={setLeaveReleases}
            />
          </Notice>
        )}
        {remove.isError && directors.length === 0 && (
          <Failure error={remove.error} what="The topology was not removed" />
        )}
        <Field label="Name" help={`Type ${name} to confirm.`}>
          {(control) => (
            <Input {...control} autoFocus value={typed} onChange={(event) => setTyped(event.target.value)} />
          )}
        </Field>
        <DialogActions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="danger" disabled={!isConfirmed || remove.isPending || remove.isSuccess}>
            Remove {name} for good
          </Button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
