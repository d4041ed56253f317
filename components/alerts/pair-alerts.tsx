'use client';
// The open alerts of one pair above its live view; nothing when there are none.
import { useAlerts } from '@/components/data/alert-queries';
import { AlertItem } from './alert-item';

export function PairAlerts({ topologyId }: { topologyId: string }) {
  const { data } = useAlerts();
  const open = data?.open.filter((alert) => alert.topologyId === topologyId) ?? [];
  if (open.length === 0) return null;
  return (
    <ul aria-label="Alerts of this pair" className="flex flex-col gap-2">
      {open.map((alert) => (
        <AlertItem key={alert.id} alert={alert} isBrief />
      ))}
    </ul>
  );
}
