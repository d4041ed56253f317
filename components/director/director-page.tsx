'use client';
// One director: endpoint, host key, what it runs, the way to the first contact, guard, facts.
import type { ReactNode } from 'react';
import Link from 'next/link';
import type { DirectorView } from '@/lib/core/views/director';
import { useDirectors } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';
import { notFreshSince } from '@/components/data/not-fresh';
import { NotFreshNotice } from '@/components/data/not-fresh-notice';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { CopyButton } from '@/components/ui/copy-button';
import { EmptyState } from '@/components/ui/empty-state';
import { Notice } from '@/components/ui/notice';
import { Facts, Page, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useNow } from '@/components/ui/use-now';
import { AccessPanel } from './access-panel';
import { ConnectionPanel } from './connection-panel';
import { ConsoleKeyPanel } from './console-key-panel';
import { HostKeyPanel } from './host-key-panel';
import { ReleasePanel } from './release-panel';
import { TrustBadge } from './trust-badge';

/** Asked for every fifteen seconds (director-queries.ts); two answers may be missed. */
const OLD_MS = 45_000;

export function DirectorPage({ directorId }: { directorId: string }) {
  const query = useDirectors();
  const { data, isError, error, refetch } = query;
  const since = notFreshSince(query, useNow(), OLD_MS);
  const director = data?.find(({ id }) => id === directorId);
  if (director)
    return (
      <DirectorDetails
        director={director}
        notFresh={since !== undefined && <NotFreshNotice since={since} error={error} onRetry={() => void refetch()} />}
      />
    );
  return (
    <Page title="Director">
      {isError && <Failure error={error} what="The director could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={6} label="Loading the director" />}
      {data && <EmptyState title="There is no such director">It may have been taken out of its topology.</EmptyState>}
    </Page>
  );
}

function DirectorDetails({ director, notFresh }: { director: DirectorView; notFresh: ReactNode }) {
  return (
    <Page
      title={director.name}
      lead={
        <span className="flex flex-wrap items-center gap-2">
          <TrustBadge trust={director.trust} /> of{' '}
          <Link href={`/topologies/${director.topologyId}`} className="text-primary underline-offset-2 hover:underline">
            {director.topologyName}
          </Link>
        </span>
      }
      actions={
        <Button asChild>
          <Link href={`/live/${director.topologyId}?director=${director.name}`}>Watch the pair</Link>
        </Button>
      }
    >
      {notFresh}
      {director.problem && director.trust !== 'changed' && <Notice tone="warn" title={director.problem} />}
      <div className={cn('grid gap-3 lg:grid-cols-2', notFresh && 'text-muted-foreground grayscale')}>
        <div className="flex flex-col gap-3">
          <HostKeyPanel director={director} />
          <ConsoleKeyPanel />
          <ConnectionPanel director={director} />
        </div>
        <div className="flex flex-col gap-3">
          <EndpointPanel director={director} />
          <ReleasePanel director={director} />
          <AccessPanel director={director} />
          <FactsPanel director={director} />
        </div>
      </div>
    </Page>
  );
}

function EndpointPanel({ director }: { director: DirectorView }) {
  const { user, address, port, guardVersion } = director;
  return (
    <Panel
      title="Endpoint"
      actions={<CopyButton text={`ssh -p ${port} ${user}@${address}`} label="Copy ssh command" />}
    >
      <Facts
        rows={[
          ['Management address', <span key="a" className="font-mono text-xs">{`${user}@${address}:${port}`}</span>],
          ['Guard', guardVersion ?? 'not installed'],
        ]}
      />
    </Panel>
  );
}

function FactsPanel({ director }: { director: DirectorView }) {
  const facts = Object.entries(director.facts).sort(([a], [b]) => a.localeCompare(b));
  return (
    <Panel title="Facts">
      {director.factsReadAt && (
        <p className="text-muted-foreground">
          Read <RelativeTime at={director.factsReadAt} />.
        </p>
      )}
      {facts.length === 0 ? (
        <p className="text-muted-foreground">
          Nothing is known yet: test the connection once the host key is accepted.
        </p>
      ) : (
        <Facts rows={facts} />
      )}
    </Panel>
  );
}
