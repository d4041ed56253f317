'use client';
// Firewall and routes of one director: first what a packet needs, then every rule with its counters.
import type { LiveHost } from '@/lib/core/views/live';
import { useTopology } from '@/components/data/topology-queries';
import { groupLinks } from './group-links';
import { NeedsList } from './needs-list';
import { RulesTable } from './rules-table';

export function RulesTab({ host, topologyId }: { host: LiveHost; topologyId: string }) {
  const groups = groupLinks(topologyId, useTopology(topologyId).data?.document);
  return (
    <div className="flex flex-col gap-3">
      <NeedsList host={host} groups={groups} />
      <RulesTable host={host} groups={groups} />
    </div>
  );
}
