'use client';
// Two states of a topology side by side: what changes by object, and in the files that each director gets.
import { useMemo } from 'react';
import { diffDocuments } from '@/lib/core/diff-documents';
import type { TopologyDocument } from '@/lib/core/document';
import { Failure } from '@/components/data/failure';
import { useRevision } from '@/components/data/topology-queries';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useEditor } from '../editor-context';
import { ObjectDiff } from '../object-diff';
import { ComparedFiles } from './compared-files';
import { printTitle, type ComparedSides } from './compared-sides';

type Side = { name: string; document: TopologyDocument; hasErrors: boolean };

export function RevisionComparison({ sides }: { sides: ComparedSides }) {
  const { topologyId, document, diagnostics } = useEditor();
  const from = useRevision(topologyId, sides.from);
  const to = useRevision(topologyId, sides.to === 'draft' ? undefined : sides.to);
  const failed = [from, to].find(({ isError }) => isError);
  if (failed)
    return <Failure error={failed.error} what="A revision could not be read" onRetry={() => void failed.refetch()} />;
  const hasErrors = diagnostics.some(({ severity }) => severity === 'error');
  const draft: Side = { name: 'The draft', document, hasErrors };
  const [before, after] = [from, to].map(({ data }) =>
    data ? { name: `Revision ${data.number}`, document: data.document, hasErrors: !data.deployable } : undefined,
  );
  const later = sides.to === 'draft' ? draft : after;
  if (!before || !later) return <SkeletonRows label="Loading both revisions" />;
  return (
    <section aria-label={printTitle(sides)} className="flex min-w-0 flex-col gap-3 rounded border bg-card p-3">
      <h3 className="font-semibold">{printTitle(sides)}</h3>
      <Compared before={before} after={later} />
    </section>
  );
}

function Compared({ before, after }: { before: Side; after: Side }) {
  const changes = useMemo(() => diffDocuments(before.document, after.document), [before.document, after.document]);
  const broken = [before, after].filter(({ hasErrors }) => hasErrors).map(({ name }) => name);
  return (
    <>
      <ObjectDiff label="Changed objects" changes={changes} empty="Both say the same." />
      <h4 className="font-medium">Generated files</h4>
      {broken.length > 0 ? (
        <p className="text-muted-foreground">
          {broken.join(' and ')} {broken.length === 1 ? 'has' : 'have'} errors, so there are no files to compare.
        </p>
      ) : (
        <ComparedFiles before={before.document} after={after.document} />
      )}
    </>
  );
}
