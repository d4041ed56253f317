'use client';
// Asks a running deploy to go back; before anything was switched that is an abort, after it a roll-back.
import type { Deploy } from '@/lib/core/views/deploy';
import { useCancelDeploy } from '@/components/data/deploy-queries';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { cancelOffer } from './cancel-offer';

export function CancelDeploy({ deploy }: { deploy: Deploy }) {
  const cancel = useCancelDeploy(deploy.id);
  const canEdit = useCanEdit();
  if (!canEdit || deploy.state === 'rolling-back') return null;
  const label = cancelOffer(deploy);
  const problem = cancel.isError ? describeProblem(cancel.error) : undefined;
  return (
    <span className="flex items-center gap-2">
      {problem && (
        <span role="status" className="text-down">
          {problem.why} {problem.next}
        </span>
      )}
      {label === undefined && !problem && (
        <span className="text-muted-foreground">Being confirmed: it can only go forward now.</span>
      )}
      {label !== undefined && (
        <Button variant="danger" disabled={cancel.isPending || cancel.isSuccess} onClick={() => cancel.mutate()}>
          {cancel.isSuccess ? 'Asked to roll back' : label}
        </Button>
      )}
    </span>
  );
}
