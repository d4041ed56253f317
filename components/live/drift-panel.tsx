'use client';
// Where the pair is not what was deployed: per director what differs and since when, and the two ways out.
import Link from 'next/link';
import { RotateCw } from 'lucide-react';
import type { PairDrift } from '@/lib/core/views/drift';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { RelativeTime } from '@/components/ui/relative-time';
import { DriftBadge } from './drift-badge';
import { DriftItemRow } from './drift-item';

type HostDrift = PairDrift['hosts'][number];

/** `asOf`: judged then, because nothing newer comes. */
type DriftPanelProps = { drift: PairDrift; asOf: number | undefined };

export function DriftPanel({ drift, asOf }: DriftPanelProps) {
  return (
    <section aria-label="Drift" className="flex flex-col gap-2 rounded border bg-card p-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 className="font-semibold">Drift</h2>
        <DriftBadge drift={drift} isOld={asOf !== undefined} />
        <span className={cn('[overflow-wrap:anywhere]', asOf !== undefined && 'text-muted-foreground')}>
          {asOf !== undefined && (
            <>
              As it was <RelativeTime at={new Date(asOf).toISOString()} />:{' '}
            </>
          )}
          {drift.sentence}
          {drift.state === 'none' && <ReadAgo hosts={drift.hosts} />}
        </span>
        <span className="flex-1" />
        {drift.state === 'drift' && <ApplyAgain drift={drift} />}
      </div>
      {drift.hosts.map((host) => (
        <HostPart key={host.director} topologyId={drift.topologyId} host={host} />
      ))}
    </section>
  );
}

function ReadAgo({ hosts }: { hosts: readonly HostDrift[] }) {
  const oldest = hosts.map(({ readAt = '' }) => readAt).toSorted()[0];
  return oldest ? (
    <span className="text-muted-foreground">
      {' '}
      Read <RelativeTime at={oldest} />.
    </span>
  ) : null;
}

/** The plan shows what it would undo before anything is sent. */
function ApplyAgain({ drift: { topologyId, revision } }: { drift: PairDrift }) {
  const canEdit = useCanEdit();
  if (!canEdit || revision === undefined) return null;
  return (
    <Button asChild size="small" variant="primary">
      <Link href={`/topologies/${topologyId}/deploy?revision=${revision}`}>
        <RotateCw /> Apply revision {revision} again
      </Link>
    </Button>
  );
}

function HostPart({ topologyId, host }: { topologyId: string; host: HostDrift }) {
  const { director, state, unknown, items, more } = host;
  if (state !== 'unknown' && items.length === 0) return null;
  return (
    <section aria-label={`Drift of ${director}`} className="flex min-w-0 flex-col gap-1 border-l-2 pl-2">
      <h3 className="font-medium">
        {director}
        {unknown && (
          <span className="font-normal text-muted-foreground">
            : unknown
            {unknown.since && (
              <>
                {' '}
                since <RelativeTime at={unknown.since} />
              </>
            )}
            . {unknown.why}
            {items.length > 0 && ' What it differed in when it was last read:'}
          </span>
        )}
      </h3>
      {items.length > 0 && (
        <ul className="flex flex-col gap-1">
          {items.map((item) => (
            <DriftItemRow key={item.id} item={item} target={{ topologyId, director }} isCurrent={state !== 'unknown'} />
          ))}
        </ul>
      )}
      {more > 0 && <p className="text-muted-foreground">and {more} more</p>}
    </section>
  );
}
