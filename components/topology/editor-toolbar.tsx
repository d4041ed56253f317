'use client';
// Above the editor: what state the draft is in, undo and redo, save, deploy with the reason when it cannot.
import { useEffect, useState } from 'react';
import Link from 'next/link';
import { Redo2, Rocket, Save, Undo2 } from 'lucide-react';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DriftLink } from './drift-link';
import { useEditor } from './editor-context';
import { RulesLink } from './rules-link';
import type { TopologyDraft } from './use-topology-draft';

type ToolbarProps = {
  draft: TopologyDraft;
  deployedRevision: number | undefined;
  /** False while the checks of the newest edit are running. */
  isChecked: boolean;
  checkFailure: string | undefined;
  onSave: () => void;
};

/** Faster checks are not worth a word that flashes. */
const PATIENCE_MS = 300;

export function EditorToolbar({ draft, deployedRevision, isChecked, checkFailure, onSave }: ToolbarProps) {
  const { document, isReadOnly, topologyId } = useEditor();
  const { state, hasEdits, undo, redo } = draft;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-b px-3 py-2">
      <h1 className="text-[15px] font-semibold [overflow-wrap:anywhere]">{document.name || '(no name)'}</h1>
      <span className="text-muted-foreground">Revision {state.baseRevision}</span>
      <ProblemCounts />
      {!isChecked && checkFailure === undefined && <Checking />}
      {checkFailure !== undefined && (
        <Badge tone="down">the checks stopped: reload the page, your edits stay ({checkFailure})</Badge>
      )}
      {hasEdits && <Badge tone="warn">Unsaved edits</Badge>}
      {deployedRevision !== undefined && (
        <Badge tone={deployedRevision === state.baseRevision && !hasEdits ? 'up' : 'neutral'}>
          revision {deployedRevision} deployed
        </Badge>
      )}
      {deployedRevision !== undefined && <DriftLink topologyId={topologyId} />}
      <RulesLink topologyId={topologyId} />
      <span className="flex-1" />
      {!isReadOnly && (
        <div className="flex flex-wrap items-center gap-1.5">
          <Button
            variant="ghost"
            size="icon"
            aria-label="Undo"
            title="Undo (Ctrl-Z)"
            disabled={state.past.length === 0}
            onClick={undo}
          >
            <Undo2 />
          </Button>
          <Button
            variant="ghost"
            size="icon"
            aria-label="Redo"
            title="Redo (Ctrl-Shift-Z)"
            disabled={state.future.length === 0}
            onClick={redo}
          >
            <Redo2 />
          </Button>
          <Button disabled={!hasEdits} onClick={onSave} variant={hasEdits ? 'primary' : 'outline'}>
            <Save /> Save revision
          </Button>
          <DeployButton topologyId={topologyId} hasEdits={hasEdits} />
        </div>
      )}
    </div>
  );
}

function Checking() {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setLong(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, []);
  return isLong && <Badge tone="neutral">checking</Badge>;
}

function ProblemCounts() {
  const { diagnostics } = useEditor();
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const warnings = diagnostics.filter(({ severity }) => severity === 'warning').length;
  const word = (count: number, name: string) => `${count} ${name}${count === 1 ? '' : 's'}`;
  return (
    <>
      {errors > 0 && <Badge tone="down">{word(errors, 'error')}</Badge>}
      {warnings > 0 && <Badge tone="warn">{word(warnings, 'warning')}</Badge>}
      {errors + warnings === 0 && <Badge tone="up">no problems</Badge>}
    </>
  );
}

function DeployButton({ topologyId, hasEdits }: { topologyId: string; hasEdits: boolean }) {
  const { diagnostics } = useEditor();
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  const reason =
    errors > 0
      ? `Cannot deploy: ${errors} error${errors === 1 ? '' : 's'} to solve first`
      : hasEdits
        ? 'Cannot deploy: save the revision first'
        : undefined;
  if (reason)
    return (
      <span className="flex items-center gap-2">
        <Button disabled aria-describedby="why-no-deploy">
          <Rocket /> Deploy
        </Button>
        <span id="why-no-deploy" className="text-xs text-muted-foreground">
          {reason}
        </span>
      </span>
    );
  return (
    <Button asChild variant="primary">
      <Link href={`/topologies/${topologyId}/deploy`}>
        <Rocket /> Deploy
      </Link>
    </Button>
  );
}
