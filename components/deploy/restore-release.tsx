'use client';
// One click back to what an earlier deploy put in place: its revision becomes the newest one, and a plan for it is shown.
import { useRouter } from 'next/navigation';
import { History } from 'lucide-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api } from '@/lib/api/client';
import type { Deploy } from '@/lib/core/views/deploy';
import { describeProblem } from '@/components/data/problem';
import { useCanEdit } from '@/components/data/session';
import { useTopologySummary } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';

async function restore({ topologyId, revision, number }: Deploy): Promise<void> {
  const [newest, old] = await Promise.all([api.getTopology(topologyId), api.getTopology(topologyId, revision)]);
  if (newest.number === revision) return;
  const message = `Back to revision ${revision}, as deploy ${number} put it in place`;
  await api.saveTopology(topologyId, { baseRevision: newest.number, document: old.document, message });
}

export function RestoreRelease({ deploy }: { deploy: Deploy }) {
  const router = useRouter();
  const canEdit = useCanEdit();
  const summary = useTopologySummary(deploy.topologyId);
  const client = useQueryClient();
  const back = useMutation({
    mutationFn: () => restore(deploy),
    // The plan's page plans the newest revision that it knows: it must know this one.
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['topologies'] });
      router.push(`/topologies/${deploy.topologyId}/deploy`);
    },
  });
  const isCurrent = summary?.deployedRevision === deploy.revision && summary.revision === deploy.revision;
  if (!canEdit || !summary || deploy.state !== 'verified' || isCurrent) return null;
  return (
    <span className="flex items-center gap-2">
      {back.isError && <span className="text-down">{describeProblem(back.error).why}</span>}
      <Button disabled={back.isPending} onClick={() => back.mutate()}>
        <History /> Roll the pair back to this
      </Button>
    </span>
  );
}
