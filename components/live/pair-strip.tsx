'use client';
// Who is active and since when, are both in sync and why not, and how fresh each director's data is.
import type { PairDrift } from '@/lib/core/views/drift';
import type { LiveHost, LivePair } from '@/lib/core/views/live';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';
import { DriftBadge } from './drift-badge';
import { freshnessOf, isOldFeed, type Feed } from './freshness';
import { PairBadges } from './pair-badges';
import { SystemLine } from './system-line';

type StripProps = { pair: LivePair; drift: PairDrift; feed: Feed };

export function PairStrip({ pair, drift, feed }: StripProps) {
  const isOld = isOldFeed(feed, useNow());
  const kernels = new Set(pair.hosts.flatMap(({ system }) => system?.kernel ?? []));
  return (
    <section aria-label="Pair" className="flex flex-col gap-2 rounded border bg-card p-3">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-1">
        <PairBadges pair={pair} isOld={isOld} />
        <DriftBadge drift={drift} isOld={isOld} />
        {pair.activeSince && (
          <span className="text-muted-foreground">
            active since <RelativeTime at={pair.activeSince} />, as far as this console has seen
          </span>
        )}
        {kernels.size > 1 && <Badge tone="warn">kernels differ</Badge>}
        {feed.state === 'frozen' && <Badge tone="warn">frozen by you</Badge>}
      </div>
      {pair.inSync !== 'yes' && <p className="[overflow-wrap:anywhere]">{pair.inSyncReason}</p>}
      <div className="grid gap-2 md:grid-cols-2">
        {pair.hosts.map((host) => (
          <HostStrip key={host.director} host={host} feed={feed} />
        ))}
      </div>
    </section>
  );
}

type HostProps = { host: LiveHost; feed: Feed };

function HostStrip({ host, feed }: HostProps) {
  const { isStale } = freshnessOf(host, useNow(), feed);
  return (
    <div role="group" aria-label={host.director} className="flex min-w-0 flex-col gap-1 border-l-2 pl-2">
      <div className="flex flex-wrap items-center gap-2">
        <span className="font-medium">{host.director}</span>
        <Badge tone={host.role === 'active' ? 'up' : host.role === 'standby' ? 'neutral' : 'unknown'}>
          {host.role}
        </Badge>
        <FreshnessBadge host={host} feed={feed} />
      </div>
      {host.readAt !== undefined && <HeldLine host={host} isStale={isStale} />}
      <SystemLine host={host} />
      <Daemons host={host} />
    </div>
  );
}

function HeldLine({ host, isStale }: { host: LiveHost; isStale: boolean }) {
  return (
    <p className={cn('text-xs text-muted-foreground', isStale && 'italic')}>
      {host.heldVirtualAddresses.length > 0 ? (
        <>
          holds <span className="font-mono">{host.heldVirtualAddresses.join(', ')}</span>
        </>
      ) : (
        'holds no virtual address'
      )}
      {host.release.live !== '' && (
        <>
          , release <span className="font-mono">{host.release.live}</span>
          {host.release.live !== host.release.confirmed && <strong className="text-warn"> (not confirmed)</strong>}
        </>
      )}
      {host.syncDaemon.map(({ role, interface: name, syncId }) => `, sync ${role} on ${name} (id ${syncId})`)}
    </p>
  );
}

/** A daemon that has no work here is left out: ldirectord runs on the active director only, and beside keepalived neither of the others does. */
function isTold(host: LiveHost, daemon: string, state: string): boolean {
  if (state === 'running') return true;
  if (host.daemons.keepalived === 'running') return false;
  return daemon === 'heartbeat' || (daemon === 'ldirectord' && host.role === 'active');
}

function Daemons({ host }: { host: LiveHost }) {
  const daemons = Object.entries(host.daemons).filter(([daemon, state]) => isTold(host, daemon, state));
  if (daemons.length === 0) return null;
  return (
    <p className="flex flex-wrap gap-1.5">
      {daemons.map(([daemon, state]) => (
        <Badge key={daemon} tone={state === 'running' ? 'up' : state === 'stopped' ? 'warn' : 'unknown'}>
          {daemon} {state}
        </Badge>
      ))}
    </p>
  );
}

export function FreshnessBadge({ host, feed }: HostProps) {
  const { isStale, ageMs, why } = freshnessOf(host, useNow(), feed);
  if (!isStale) return <Badge tone="up">fresh</Badge>;
  const text = ageMs === undefined ? 'never read' : `stale since ${printDuration(ageMs)}`;
  return (
    <>
      <Badge tone="warn">{text}</Badge>
      <span className="text-xs text-warn [overflow-wrap:anywhere]">{why}</span>
    </>
  );
}
