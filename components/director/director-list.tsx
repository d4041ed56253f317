'use client';
// All directors of all pairs.
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { parseAsString, useQueryState } from 'nuqs';
import type { DirectorView } from '@/lib/core/views/director';
import { useDirectors } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { SkeletonRows } from '@/components/ui/skeleton';
import { ConsoleKeyPanel } from './console-key-panel';
import { TrustBadge } from './trust-badge';

const columns: DataColumn<DirectorView>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link href={`/directors/${id}`} className="font-medium text-primary underline-offset-2 hover:underline">
        {name}
      </Link>
    ),
  },
  { id: 'pair', header: 'Pair', value: ({ topologyName }) => topologyName },
  {
    id: 'endpoint',
    header: 'Endpoint',
    value: ({ user, address, port }) => `${user}@${address}:${port}`,
    isMono: true,
  },
  { id: 'trust', header: 'Trust', value: ({ trust }) => trust, cell: ({ trust }) => <TrustBadge trust={trust} /> },
  { id: 'guard', header: 'Guard', value: ({ guardVersion }) => guardVersion ?? 'not installed' },
  {
    id: 'problem',
    header: 'Problem',
    value: ({ problem }) => problem ?? '',
    cell: ({ problem }) => <span className="block max-w-md text-down">{problem}</span>,
  },
];

export function DirectorList() {
  const router = useRouter();
  const { data, isError, error, refetch } = useDirectors();
  const [filter, setFilter] = useQueryState('q', parseAsString.withDefault(''));
  return (
    <Page
      title="Directors"
      lead="Where each director is managed, whose host key was accepted, and what it said of itself."
    >
      {isError && (
        <Failure
          error={error}
          what={data ? 'The list is not fresh' : 'The directors could not be read'}
          onRetry={() => void refetch()}
        />
      )}
      {!data && !isError && <SkeletonRows label="Loading directors" />}
      {data?.length === 0 && (
        <EmptyState title="No director yet">
          Directors come from topologies:{' '}
          <Link href="/topologies" className="text-primary underline">
            make one
          </Link>
          , give its two directors a management address, and accept their host keys here.
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <DataTable
          label="Directors"
          columns={columns}
          rows={data}
          rowId={({ id }) => id}
          filter={filter}
          onFilterChange={(next) => void setFilter(next || null)}
          initialSort={{ id: 'pair', desc: false }}
          onOpen={({ id }) => router.push(`/directors/${id}`)}
          copyRow={({ user, address, port }) => `ssh -p ${port} ${user}@${address}`}
          exportName="directors"
          isStale={isError}
        />
      )}
      <ConsoleKeyPanel />
    </Page>
  );
}
