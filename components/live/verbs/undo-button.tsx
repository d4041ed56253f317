'use client';
// Takes the revision of a verb back by another one.
import { useState } from 'react';
import { Undo2 } from 'lucide-react';
import type { StartedVerb } from '@/lib/core/views/verbs';
import { describeProblem } from '@/components/data/problem';
import { useUndo } from '@/components/data/verb-queries';
import { Button } from '@/components/ui/button';
import { titleOfStarted } from './find-begun';
import { useVerbUrl } from './verb-url';

type UndoProps = { revision: number; topologyId: string; isBusy: boolean };

function describeWaiting(started: StartedVerb): string | undefined {
  return started.why === undefined ? undefined : `${titleOfStarted(started)} ${started.why}`;
}

/** One click where nobody can lose a connection by it; else its forecast opens. */
export function UndoButton({ revision, topologyId, isBusy }: UndoProps) {
  const undo = useUndo(topologyId);
  const { askUndo } = useVerbUrl();
  const [waits, setWaits] = useState<string>();
  const problem = undo.isError ? describeProblem(undo.error) : undefined;
  const take = () =>
    undo.mutate(revision, {
      onSuccess: (done) => ('needsLook' in done ? askUndo(revision) : setWaits(describeWaiting(done))),
    });
  return (
    <>
      <Button size="small" disabled={undo.isPending || isBusy} onClick={take}>
        <Undo2 /> {undo.isPending ? 'Taking it back' : `Undo revision ${revision}`}
      </Button>
      {(problem ?? waits) !== undefined && (
        <span role="alert" className="text-xs text-down">
          {problem ? `${problem.why} ${problem.next}` : waits}
        </span>
      )}
    </>
  );
}
