// What the cluster daemon says, how long the host is up, its kernel, and its clock when it is off.
import type { LiveHost } from '@/lib/core/views/live';
import { Badge } from '@/components/ui/badge';
import { printDuration } from '@/components/ui/time';
import { clusterWords } from './cluster-words';

/** Measured to a second or so: less says nothing. */
const CLOCK_OFF_SECONDS = 3;

export function SystemLine({ host }: { host: LiveHost }) {
  const { system } = host;
  if (!system) return null;
  const cluster = clusterWords(host);
  const { clockAheadSeconds: ahead, kernel, uptimeSeconds } = system;
  const isOff = Math.abs(ahead) >= CLOCK_OFF_SECONDS;
  const off = `clock ${printDuration(Math.abs(ahead) * 1000)} ${ahead > 0 ? 'ahead of' : 'behind'} the console's`;
  const quiet = [
    ...(cluster && !cluster.isOdd ? [cluster.words] : []),
    `up ${printDuration(uptimeSeconds * 1000)}`,
    ...(kernel === undefined ? [] : [`Linux ${kernel}`]),
    ...(isOff ? [] : ['clock right']),
  ];
  return (
    <div className="flex flex-wrap items-center gap-1.5 text-xs text-muted-foreground">
      <p>{quiet.join(', ')}</p>
      {cluster?.isOdd && <Badge tone="warn">{cluster.words}, against its addresses</Badge>}
      {isOff && <Badge tone="warn">{off}</Badge>}
    </div>
  );
}
