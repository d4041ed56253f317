'use client';
// The history of a topology: every saved revision, who made it and why; each can be compared and brought back.
import { useState } from 'react';
import { parseAsString, useQueryState } from 'nuqs';
import type { RevisionSummary, TopologyRevision } from '@/lib/core/views/topology';
import { Failure } from '@/components/data/failure';
import { useFetchRevision, useRevisions, useTopologySummary } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';
import { isShownAt, parseSides, previousOf, printSides, type ComparedSides } from './compared-sides';
import { RestoreRevision } from './restore-revision';
import { RevisionComparison } from './revision-comparison';

type RevisionsPanelProps = {
  baseRevision: number;
  hasEdits: boolean;
  onRestored: (revision: TopologyRevision) => void;
};

export function RevisionsPanel({ baseRevision, hasEdits, onRestored }: RevisionsPanelProps) {
  const { topologyId } = useEditor();
  const revisions = useRevisions(topologyId);
  const deployed = useTopologySummary(topologyId)?.deployedRevision;
  const [compare, setCompare] = useQueryState('compare', parseAsString.withDefault(''));
  const [restoring, setRestoring] = useState<number>();
  const newest = revisions.data?.[0]?.number;
  if (!revisions.data)
    return revisions.isError ? (
      <Failure
        error={revisions.error}
        what="The revisions could not be read"
        onRetry={() => void revisions.refetch()}
      />
    ) : (
      <SkeletonRows label="Loading revisions" />
    );
  const sides = parseSides(compare);
  return (
    <>
      {revisions.isError && (
        <Failure error={revisions.error} what="The list is not fresh" onRetry={() => void revisions.refetch()} />
      )}
      <ul aria-label="Revisions" className="flex flex-col divide-y">
        {revisions.data.map((revision) => (
          <li key={revision.number} className="flex min-w-0 flex-col gap-2 py-1.5">
            <RevisionRow
              revision={revision}
              previous={previousOf(revisions.data, revision.number)}
              isBase={revision.number === baseRevision}
              isDeployed={revision.number === deployed}
              isNewest={revision.number === newest}
              sides={sides}
              onCompare={(next) => void setCompare(next && printSides(next) !== compare ? printSides(next) : null)}
              onRestore={() => setRestoring(revision.number)}
            />
            {sides && isShownAt(sides, revision.number) && <RevisionComparison key={compare} sides={sides} />}
          </li>
        ))}
      </ul>
      {restoring !== undefined && newest !== undefined && (
        <RestoreRevision
          revision={restoring}
          newest={newest}
          hasEdits={hasEdits}
          onClose={() => setRestoring(undefined)}
          onRestored={(revision) => {
            setRestoring(undefined);
            onRestored(revision);
          }}
        />
      )}
    </>
  );
}

type RevisionRowProps = {
  revision: RevisionSummary;
  previous: number | undefined;
  isBase: boolean;
  isDeployed: boolean;
  isNewest: boolean;
  sides: ComparedSides | undefined;
  onCompare: (sides: ComparedSides) => void;
  onRestore: () => void;
};

function RevisionRow(props: RevisionRowProps) {
  const { revision, previous, isBase, isDeployed, isNewest, sides, onCompare, onRestore } = props;
  const { number, message, deployable, author, createdAt } = revision;
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
      <span className="w-24 font-medium">Revision {number}</span>
      <span className="min-w-40 flex-1 [overflow-wrap:anywhere]">
        {message || <span className="text-muted-foreground">no message</span>}
      </span>
      {isBase && <Badge tone="neutral">base of this draft</Badge>}
      {isDeployed && <Badge tone="up">deployed</Badge>}
      {!deployable && <Badge tone="warn">has errors</Badge>}
      <span className="text-muted-foreground">
        {author}, <RelativeTime at={createdAt} />
      </span>
      <span role="group" aria-label={`Revision ${number}`} className="flex flex-wrap gap-1">
        {previous !== undefined && (
          <CompareButton own={{ from: previous, to: number }} shown={sides} onCompare={onCompare}>
            Compare with previous
          </CompareButton>
        )}
        <CompareButton own={{ from: number, to: 'draft' }} shown={sides} onCompare={onCompare}>
          Compare with draft
        </CompareButton>
        <BringBack number={number} isNewest={isNewest} onRestore={onRestore} />
      </span>
    </div>
  );
}

type CompareButtonProps = {
  own: ComparedSides;
  shown: ComparedSides | undefined;
  onCompare: (sides: ComparedSides) => void;
  children: string;
};

/** Pressed again it closes the comparison. */
function CompareButton({ own, shown, onCompare, children }: CompareButtonProps) {
  const isOpen = shown !== undefined && printSides(shown) === printSides(own);
  return (
    <Button size="small" aria-expanded={isOpen} onClick={() => onCompare(own)}>
      {isOpen ? 'Close comparison' : children}
    </Button>
  );
}

function BringBack({ number, isNewest, onRestore }: { number: number; isNewest: boolean; onRestore: () => void }) {
  const { topologyId, isReadOnly, replace } = useEditor();
  const fetchRevision = useFetchRevision(topologyId);
  if (isReadOnly) return null;
  return (
    <>
      <Button
        size="small"
        disabled={fetchRevision.isPending}
        onClick={() => fetchRevision.mutate(number, { onSuccess: ({ document }) => replace(document) })}
      >
        Put into draft
      </Button>
      {!isNewest && (
        <Button size="small" onClick={onRestore}>
          Restore as new revision
        </Button>
      )}
      {fetchRevision.isError && (
        <Failure error={fetchRevision.error} what={`Revision ${number} could not be read; the draft is as it was`} />
      )}
    </>
  );
}
