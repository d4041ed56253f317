'use client';
// One click back to what an earlier deploy put in place: its revision becomes the newest one, and a plan for it is shown.
import { useRouter } from 'next/navigation';
import { History } from 'lucide-react';
import { useQueryClient } from '@tanstack/react-query';
import type { Deploy } from '@/lib/core/views/deploy';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { useRestoreRevision, useTopologySummary } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';

export function RestoreRelease({ deploy }: { deploy: Deploy }) {
  const router = useRouter();
  const canEdit = useCanEdit();
  const { topologyId, revision, number } = deploy;
  const summary = useTopologySummary(topologyId);
  const client = useQueryClient();
  const restore = useRestoreRevision(topologyId);
  const back = () =>
    restore.mutate(
      { revision, newest: undefined, message: `Back to revision ${revision}, as deploy ${number} put it in place` },
      {
        // The plan's page plans the newest revision that it knows: it must know this one.
        onSuccess: async () => {
          await client.invalidateQueries({ queryKey: ['topologies'] });
          router.push(`/topologies/${topologyId}/deploy`);
        },
      },
    );
  const isCurrent = summary?.deployedRevision === revision && summary.revision === revision;
  if (!canEdit || !summary || deploy.state !== 'verified' || isCurrent) return null;
  return (
    <span className="flex items-center gap-2">
      {restore.isError && <span className="text-down">{describeProblem(restore.error).why}</span>}
      <Button disabled={restore.isPending} onClick={back}>
        <History /> Roll the pair back to this
      </Button>
    </span>
  );
}
