'use client';
// The history of a topology: every saved revision, who made it and why; each can be put into the draft again.
import { Failure } from '@/components/data/failure';
import { useFetchRevision, useRevisions, useTopologySummary } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';

export function RevisionsPanel({ baseRevision }: { baseRevision: number }) {
  const { topologyId, isReadOnly, replace } = useEditor();
  const revisions = useRevisions(topologyId);
  const deployed = useTopologySummary(topologyId)?.deployedRevision;
  const fetchRevision = useFetchRevision(topologyId);
  if (revisions.isError)
    return (
      <Failure
        error={revisions.error}
        what="The revisions could not be read"
        onRetry={() => void revisions.refetch()}
      />
    );
  if (!revisions.data) return <SkeletonRows label="Loading revisions" />;
  const restore = async (number: number) => replace((await fetchRevision.mutateAsync(number)).document);
  return (
    <ul aria-label="Revisions" className="flex flex-col divide-y">
      {revisions.data.map((revision) => (
        <li key={revision.number} className="flex flex-wrap items-center gap-x-3 gap-y-1 py-1.5">
          <span className="w-24 font-medium">Revision {revision.number}</span>
          <span className="min-w-40 flex-1 [overflow-wrap:anywhere]">
            {revision.message || <span className="text-muted-foreground">no message</span>}
          </span>
          {revision.number === baseRevision && <Badge tone="neutral">base of this draft</Badge>}
          {revision.number === deployed && <Badge tone="up">deployed</Badge>}
          {!revision.deployable && <Badge tone="warn">has errors</Badge>}
          <span className="text-muted-foreground">
            {revision.author}, <RelativeTime at={revision.createdAt} />
          </span>
          {!isReadOnly && (
            <Button size="small" disabled={fetchRevision.isPending} onClick={() => void restore(revision.number)}>
              Put into draft
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}
