'use client';
// Both directors side by side at a desk; one at a time with a switch on a small screen.
import type { CSSProperties, ReactNode } from 'react';
import type { LiveHost, LivePair } from '@/lib/core/views/live';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Panel } from '@/components/ui/page';
import { useNow } from '@/components/ui/use-now';
import { freshnessOf, type Feed } from './freshness';
import { FreshnessBadge } from './pair-strip';

type HostColumnsProps = {
  pair: LivePair;
  feed: Feed;
  shown: string;
  onShow: (director: string) => void;
  /** A host with little to show leaves its room to the other one. */
  isSmall?: (host: LiveHost) => boolean;
  children: (host: LiveHost) => ReactNode;
};

export function HostColumns({ pair, feed, shown, onShow, isSmall = () => false, children }: HostColumnsProps) {
  const known = pair.hosts.some(({ director }) => director === shown) ? shown : pair.hosts[0]?.director;
  const widths = pair.hosts.map((host) => `minmax(0, ${isSmall(host) ? 1 : 2}fr)`).join(' ');
  return (
    <div className="flex flex-col gap-2">
      <div role="group" aria-label="Director" className="flex gap-1 xl:hidden">
        {pair.hosts.map(({ director, role }) => (
          <Button
            key={director}
            size="small"
            aria-pressed={director === known}
            variant={director === known ? 'primary' : 'outline'}
            onClick={() => onShow(director)}
          >
            {director} ({role})
          </Button>
        ))}
      </div>
      <div className="grid gap-3 xl:grid-cols-(--host-columns)" style={{ '--host-columns': widths } as CSSProperties}>
        {pair.hosts.map((host) => (
          <div key={host.director} className={cn('min-w-0', host.director !== known && 'hidden xl:block')}>
            <HostPanel host={host} feed={feed}>
              {children(host)}
            </HostPanel>
          </div>
        ))}
      </div>
    </div>
  );
}

function HostPanel({ host, feed, children }: { host: LiveHost; feed: Feed; children: ReactNode }) {
  const { isStale, ageMs } = freshnessOf(host, useNow(), feed);
  return (
    <Panel title={`${host.director} (${host.role})`} actions={isStale && <FreshnessBadge host={host} feed={feed} />}>
      {ageMs === undefined ? (
        <p className="text-muted-foreground">
          Nothing was read from this director yet: what it holds is unknown, which is not the same as empty.
        </p>
      ) : (
        <div className={cn(isStale && 'text-muted-foreground grayscale')}>{children}</div>
      )}
    </Panel>
  );
}
