'use client';
// Takes the revision of a verb back by another one.
import { useState } from 'react';
import { Undo2 } from 'lucide-react';
import { describeProblem } from '@/components/data/problem';
import { useUndo } from '@/components/data/verb-queries';
import { Button } from '@/components/ui/button';
import { useVerbUrl } from './verb-url';

type UndoProps = { revision: number; topologyId: string; isBusy: boolean };

/** One click where nobody can lose a connection by it; else its forecast opens. */
export function UndoButton({ revision, topologyId, isBusy }: UndoProps) {
  const undo = useUndo(topologyId);
  const { askUndo } = useVerbUrl();
  const [waits, setWaits] = useState<string>();
  const problem = undo.isError ? describeProblem(undo.error) : undefined;
  const take = () =>
    undo.mutate(revision, {
      onSuccess: (done) => ('needsLook' in done ? askUndo(revision) : setWaits(done.why)),
    });
  return (
    <>
      <Button size="small" disabled={undo.isPending || isBusy} onClick={take}>
        <Undo2 /> {undo.isPending ? 'Taking it back' : `Undo revision ${revision}`}
      </Button>
      {(problem ?? waits) !== undefined && (
        <span role="alert" className="text-xs text-down">
          {problem ? `${problem.why} ${problem.next}` : `Saved, not deployed: ${waits ?? ''}`}
        </span>
      )}
    </>
  );
}
