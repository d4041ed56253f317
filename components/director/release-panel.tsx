'use client';
// What a director runs now: confirmed and live release, an open transaction with its dead-man timer, and drift, with the way to where it is shown.
import { useEffect, type ReactNode } from 'react';
import Link from 'next/link';
import { composePairDrift } from '@/lib/core/pair-drift';
import type { Deploy } from '@/lib/core/views/deploy';
import type { DirectorView } from '@/lib/core/views/director';
import type { LiveHost } from '@/lib/core/views/live';
import { useNewestDeploy } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { useLivePair } from '@/components/data/live-queries';
import { DeadManTimer } from '@/components/deploy/dead-man-timer';
import { DriftBadge } from '@/components/live/drift-badge';
import { feedOf, freshnessOf, isOldFeed, judgedAt, type Feed } from '@/components/live/freshness';
import { FreshnessBadge } from '@/components/live/pair-strip';
import { cn } from '@/components/ui/class-names';
import { toConsoleTime } from '@/components/ui/console-clock';
import { Facts, Panel } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useNow } from '@/components/ui/use-now';

export function ReleasePanel({ director: { name, topologyId } }: { director: DirectorView }) {
  const { data: pair, dataUpdatedAt, isError, error, refetch, stream, isPaused } = useLivePair(topologyId);
  const feed = feedOf({ isPaused, isCut: stream === 'cut', asOf: toConsoleTime(dataUpdatedAt) });
  const host = pair?.hosts.find(({ director }) => director === name);
  return (
    <Panel title="Release and drift" actions={host && <FreshnessBadge host={host} feed={feed} />}>
      {isError && !pair && (
        <Failure error={error} what="What it runs could not be read" onRetry={() => void refetch()} />
      )}
      {!pair && !isError && <SkeletonRows rows={3} label="Loading what the director runs" />}
      {pair && host?.readAt === undefined && (
        <p className="text-muted-foreground">
          Nothing was read from this director yet: what it runs is unknown, which is not the same as nothing.
        </p>
      )}
      {host?.readAt !== undefined && <Running host={host} topologyId={topologyId} feed={feed} />}
    </Panel>
  );
}

type RunningProps = { host: LiveHost; topologyId: string; feed: Feed };

function Running({ host, topologyId, feed }: RunningProps) {
  const newest = useNewestDeploy(topologyId);
  const { isStale } = freshnessOf(host, useNow(), feed);
  const { live, confirmed, transaction } = host.release;
  const deploy = newest.data;
  // A frame comes sooner than the list of deploys, which is asked for at leisure while none is open.
  const isNewer = deploy !== undefined && numberOf(transaction) > (deploy?.number ?? 0);
  const { refetch, isFetching } = newest;
  useEffect(() => void (isNewer && refetch()), [isNewer, transaction, refetch]);
  const firesAt = deploy && isOf(transaction, deploy) && !deploy.endedAt ? deploy.timers[host.director] : undefined;
  return (
    <div className={cn('flex flex-col gap-3', isStale && 'text-muted-foreground grayscale')}>
      <Facts
        rows={[
          ['Confirmed release', <Release key="c" name={confirmed} />],
          [
            'Live release',
            <span key="l">
              <Release name={live} />
              {live !== confirmed && <strong className="text-warn"> (not confirmed)</strong>}
            </span>,
          ],
          [
            'Open transaction',
            <Transaction key="t" name={transaction} newest={isNewer && isFetching ? undefined : deploy} />,
          ],
          ['Drift', <Drift key="d" host={host} topologyId={topologyId} feed={feed} />],
        ]}
      />
      {newest.isError && transaction !== '' && (
        <Failure error={newest.error} what="Its deploy could not be read" onRetry={() => void refetch()} />
      )}
      {firesAt !== undefined && <DeadManTimer director={host.director} firesAt={firesAt} />}
    </div>
  );
}

/** A transaction, as the release that it makes, is named by the number of its deploy first. */
const numberOf = (transaction: string) => Number(transaction.split('-')[0]);
const isOf = (transaction: string, { number }: Deploy) => numberOf(transaction) === number;

const mono = (text: string) => <span className="font-mono text-xs">{text}</span>;

function Release({ name }: { name: string }): ReactNode {
  if (name === '') return 'unknown';
  return name === 'origin' ? 'none: as it was before the first deploy' : mono(name);
}

/** `newest`: deploy of the pair; undefined: not read yet. */
function Transaction({ name, newest }: { name: string; newest: Deploy | null | undefined }) {
  if (name === '') return 'none';
  if (newest === undefined) return mono(name);
  if (newest && isOf(name, newest))
    return (
      <>
        {mono(name)},{' '}
        <Link href={`/deploys/${newest.id}`} className="text-primary underline underline-offset-2">
          deploy {newest.number}
        </Link>
      </>
    );
  return (
    <>
      {mono(name)}, not of the newest deploy: {mono('/usr/lib/lvs-console/guard status')} there says how it stands
    </>
  );
}

function Drift({ host, topologyId, feed }: RunningProps) {
  const now = useNow();
  const drift = composePairDrift(topologyId, [host], judgedAt(feed, now));
  return (
    <>
      <DriftBadge drift={drift} isOld={isOldFeed(feed, now)} /> {drift.sentence}{' '}
      <Link href={`/live/${topologyId}`} className="text-primary underline underline-offset-2">
        Drift of the pair
      </Link>
    </>
  );
}
