'use client';
// Asks a running deploy to go back; before anything was switched that is an abort, after it a roll-back.
import type { Deploy } from '@/lib/core/views/deploy';
import { useCancelDeploy } from '@/components/data/deploy-queries';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';

export function CancelDeploy({ deploy }: { deploy: Deploy }) {
  const cancel = useCancelDeploy(deploy.id);
  const canEdit = useCanEdit();
  if (!canEdit || deploy.state === 'rolling-back') return null;
  const hasSwitched = deploy.steps.some((step) => step.name === 'switch');
  const label = hasSwitched ? 'Roll back both directors' : 'Cancel deploy';
  return (
    <span className="flex items-center gap-2">
      {cancel.isError && <span className="text-down">{describeProblem(cancel.error).why}</span>}
      <Button variant="danger" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
        {cancel.isSuccess ? 'Asked to roll back' : label}
      </Button>
    </span>
  );
}
