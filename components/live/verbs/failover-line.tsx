'use client';
// The last planned failover: under way, done with its measured gap, or why not.
import type { Failover } from '@/lib/core/views/failover';
import { Badge, type Tone } from '@/components/ui/badge';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';

const looks: Record<Failover['state'], { tone: Tone; text: string }> = {
  running: { tone: 'drain', text: 'under way' },
  done: { tone: 'up', text: 'done' },
  failed: { tone: 'down', text: 'not done' },
  unknown: { tone: 'unknown', text: 'unknown' },
};

export function FailoverLine({ failover }: { failover: Failover }) {
  const { from, to, state, author, startedAt, message } = failover;
  const { tone, text } = looks[state];
  const elapsed = printDuration(useNow() - Date.parse(startedAt));
  return (
    <div role="group" aria-label="Last failover" className="flex flex-col gap-1 border-l-2 pl-2">
      <p className="flex flex-wrap items-center gap-x-2">
        <span>
          Failover from {from} to {to}
        </span>
        <Badge tone={tone} isBusy={state === 'running'}>
          {text}
        </Badge>
        <span className="text-xs text-muted-foreground">
          {author}, <RelativeTime at={startedAt} />
        </span>
      </p>
      <p role="status">
        {state === 'running' ? `${from} was asked ${elapsed} ago; both directors are watched.` : message}
      </p>
      <Gap failover={failover} />
    </div>
  );
}

function Gap({ failover: { state, gap, warnings } }: { failover: Failover }) {
  if (state !== 'done') return null;
  if (!gap)
    return (
      <p className="text-warn">The gap was not measured: one director could not be read while the addresses moved.</p>
    );
  const { shortestSeconds, longestSeconds, looks: count, everyMs } = gap;
  return (
    <p>
      Measured gap: between <strong>{shortestSeconds.toFixed(2)}</strong> and{' '}
      <strong>{longestSeconds.toFixed(2)} s</strong> in which neither director had all virtual addresses and services (
      {count} looks, about every {everyMs} ms; kept in the audit log). A client may miss less: the old director still
      serves while its table is there, and the new one before its last address is up.
      {warnings.length > 0 && ` Gone past: ${warnings.join(', ')}.`}
    </p>
  );
}
