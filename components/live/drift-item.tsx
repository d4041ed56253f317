'use client';
// One difference: what, as it should be and as it is, since when, and its way into a revision.
import Link from 'next/link';
import { FilePlus2 } from 'lucide-react';
import type { DriftItem } from '@/lib/core/views/drift';
import { useAdoptDrift } from '@/components/data/live-queries';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { DiffView } from '@/components/ui/diff-view';
import { RelativeTime } from '@/components/ui/relative-time';

type Target = { topologyId: string; director: string };
type RowProps = { item: DriftItem; target: Target; isCurrent: boolean };

export function DriftItemRow({ item, target, isCurrent }: RowProps) {
  const { area, what, expected, observed, diff, command, firstSeen } = item;
  return (
    <li aria-label={what} className="flex min-w-0 flex-col gap-1 rounded border px-2 py-1.5">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <span className="font-medium [overflow-wrap:anywhere]">{what}</span>
        <span className="text-xs text-muted-foreground">
          {area.replace('-', ' ')}, first seen <RelativeTime at={firstSeen} />
        </span>
      </div>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-2 text-xs">
        <dt className="text-muted-foreground">release</dt>
        <dd className="font-mono whitespace-pre-wrap [overflow-wrap:anywhere]">{expected}</dd>
        <dt className="text-muted-foreground">director</dt>
        <dd className="font-mono whitespace-pre-wrap text-warn [overflow-wrap:anywhere]">{observed}</dd>
      </dl>
      {diff !== undefined && diff !== '' && <DiffView diff={diff} label={`Difference of ${what}`} />}
      {command !== undefined && (
        <details className="text-xs">
          <summary className="text-muted-foreground">Command that would put it right</summary>
          <code className="block overflow-x-auto rounded bg-shell px-1.5 py-0.5 whitespace-pre">{command}</code>
        </details>
      )}
      <Adopt item={item} target={target} isCurrent={isCurrent} />
    </li>
  );
}

function Adopt({ item, target: { topologyId, director }, isCurrent }: RowProps) {
  const canEdit = useCanEdit();
  const adopt = useAdoptDrift(topologyId);
  if (item.adopt.kind === 'no')
    return <p className="text-xs text-muted-foreground">Cannot be adopted: {item.adopt.why}</p>;
  if (adopt.isSuccess)
    return (
      <p role="status" className="text-xs">
        Adopted as revision {adopt.data.number}.{' '}
        <Link href={`/topologies/${topologyId}/deploy`} className="text-primary underline">
          Plan its deploy
        </Link>
      </p>
    );
  if (!canEdit) return null;
  const problem = adopt.isError ? describeProblem(adopt.error) : undefined;
  return (
    <div className="flex flex-wrap items-center gap-2">
      <Button
        size="small"
        disabled={adopt.isPending || !isCurrent}
        onClick={() => adopt.mutate({ director, item: item.id })}
      >
        <FilePlus2 /> Adopt as a revision
      </Button>
      {problem && (
        <span role="alert" className="text-xs text-down">
          {problem.why} {problem.next}
        </span>
      )}
    </div>
  );
}
