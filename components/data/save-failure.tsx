'use client';
// Why settings were not saved; a form that somebody else's change came before can be filled again.
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { Failure } from './failure';
import { conflictOf, describeProblem } from './problem';

type SaveFailureProps<Current> = {
  error: unknown;
  what: string;
  /** Gets what is stored now. */
  onLoad: (current: Current) => void;
};

export function SaveFailure<Current>({ error, what, onLoad }: SaveFailureProps<Current>) {
  const current = conflictOf<Current>(error);
  if (current === undefined) return <Failure error={error} what={what} />;
  return (
    <Notice
      tone="warn"
      title={describeProblem(error).why}
      actions={
        <Button size="small" onClick={() => onLoad(current)}>
          Load what is stored now
        </Button>
      }
    >
      {what}. Look at the new state and change that; loading it drops what you typed here.
    </Notice>
  );
}
