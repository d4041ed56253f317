'use client';
// The pair's drift above the editor, with the way to where it is shown; nothing before the first deploy.
import Link from 'next/link';
import { useDrift } from '@/components/data/live-queries';
import { DriftBadge } from '@/components/live/drift-badge';
import { Badge } from '@/components/ui/badge';

export function DriftLink({ topologyId }: { topologyId: string }) {
  const { data: drift, isError } = useDrift(topologyId);
  if (isError && !drift)
    return (
      <Badge tone="unknown" title="The console did not answer; it is asked again.">
        drift unknown
      </Badge>
    );
  if (!drift || drift.state === 'not-deployed') return null;
  return (
    <Link href={`/live/${topologyId}`} aria-label={`Drift: ${drift.sentence}`} title={drift.sentence}>
      <DriftBadge drift={drift} />
    </Link>
  );
}
