'use client';
// All topologies, and the first step when there is none.
import { useMemo, useState } from 'react';
import dynamic from 'next/dynamic';
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { FileUp, Plus, Trash2 } from 'lucide-react';
import { parseAsString, useQueryState } from 'nuqs';
import type { TopologySummary } from '@/lib/core/views/topology';
import { Failure } from '@/components/data/failure';
import { useCanEdit, useIsAdmin } from '@/components/data/session';
import { useTopologies } from '@/components/data/topology-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { EmptyState } from '@/components/ui/empty-state';
import { Page } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';

const CreateFromSeed = dynamic(() => import('./create-from-seed').then((file) => file.CreateFromSeed), { ssr: false });
const ImportDialog = dynamic(() => import('./import-dialog').then((file) => file.ImportDialog), { ssr: false });
const RemoveTopologyDialog = dynamic(
  () => import('./remove-topology-dialog').then((file) => file.RemoveTopologyDialog),
  { ssr: false },
);

const columns: DataColumn<TopologySummary>[] = [
  {
    id: 'name',
    header: 'Name',
    value: ({ name }) => name,
    cell: ({ id, name }) => (
      <Link href={`/topologies/${id}`} className="font-medium text-primary underline-offset-2 hover:underline">
        {name}
      </Link>
    ),
  },
  { id: 'stack', header: 'Stack', value: ({ stack }) => stack },
  {
    id: 'problems',
    header: 'Problems',
    value: ({ errors, warnings }) => `${errors} errors ${warnings} warnings`,
    cell: (row) => <Problems {...row} />,
  },
  { id: 'groups', header: 'Groups', value: ({ groups }) => groups },
  { id: 'revision', header: 'Revision', value: ({ revision }) => revision },
  {
    id: 'deployed',
    header: 'Deployed',
    value: ({ deployedRevision }) => deployedRevision ?? 'never',
    cell: (row) => <Deployed {...row} />,
  },
  { id: 'by', header: 'Updated by', value: ({ updatedBy }) => updatedBy },
  {
    id: 'at',
    header: 'Updated',
    value: ({ updatedAt }) => updatedAt,
    cell: ({ updatedAt }) => <RelativeTime at={updatedAt} />,
  },
];

/** For administrators: a column without a name of its own in the choice of columns would be odd, so it has one. */
function removalColumn(onRemove: (row: TopologySummary) => void): DataColumn<TopologySummary> {
  return {
    id: 'remove',
    header: 'Remove',
    value: () => undefined,
    cell: (row) => (
      <Button
        size="icon"
        variant="ghost"
        className="-my-1"
        aria-label={`Remove ${row.name}`}
        title={`Remove ${row.name}`}
        onClick={() => onRemove(row)}
      >
        <Trash2 />
      </Button>
    ),
  };
}

function Problems({ errors, warnings }: TopologySummary) {
  if (errors > 0) return <Badge tone="down">{errors === 1 ? '1 error' : `${errors} errors`}</Badge>;
  if (warnings > 0) return <Badge tone="warn">{warnings === 1 ? '1 warning' : `${warnings} warnings`}</Badge>;
  return <Badge tone="up">none</Badge>;
}

function Deployed({ deployedRevision, revision }: TopologySummary) {
  if (deployedRevision === undefined) return <Badge tone="neutral">never</Badge>;
  return <Badge tone={deployedRevision === revision ? 'up' : 'warn'}>revision {deployedRevision}</Badge>;
}

export function TopologyList() {
  const router = useRouter();
  const canEdit = useCanEdit();
  const { data, isError, error, refetch } = useTopologies();
  const [filter, setFilter] = useQueryState('q', parseAsString.withDefault(''));
  const isAdmin = useIsAdmin();
  const [dialog, setDialog] = useState<'seed' | 'import'>();
  const [removed, setRemoved] = useState<TopologySummary>();
  const shown = useMemo(() => (isAdmin ? [...columns, removalColumn(setRemoved)] : columns), [isAdmin]);
  const actions = canEdit && (
    <>
      <Button onClick={() => setDialog('import')}>
        <FileUp /> Import YAML
      </Button>
      <Button variant="primary" onClick={() => setDialog('seed')}>
        <Plus /> New from the seed
      </Button>
    </>
  );
  return (
    <Page
      title="Topologies"
      lead="A topology is one pair of directors with the ranges, marks and pools that it serves."
      actions={data && data.length > 0 && actions}
    >
      {isError && (
        <Failure
          error={error}
          what={data ? 'The list is not fresh' : 'The topologies could not be read'}
          onRetry={() => void refetch()}
        />
      )}
      {!data && !isError && <SkeletonRows label="Loading topologies" />}
      {data?.length === 0 && (
        <EmptyState title="No topology yet" actions={actions}>
          {canEdit
            ? 'Start from the seed: every TCP and UDP port of 192.168.0.0/24 over two real servers by one firewall mark. Change its addresses to yours, look at the plan, deploy. Or import a YAML file.'
            : 'An operator can make the first one.'}
        </EmptyState>
      )}
      {data && data.length > 0 && (
        <DataTable
          label="Topologies"
          columns={shown}
          rows={data}
          rowId={({ id }) => id}
          filter={filter}
          onFilterChange={(next) => void setFilter(next || null)}
          initialSort={{ id: 'name', desc: false }}
          onOpen={({ id }) => router.push(`/topologies/${id}`)}
          exportName="topologies"
          isStale={isError}
        />
      )}
      {dialog === 'seed' && <CreateFromSeed onClose={() => setDialog(undefined)} />}
      {removed && (
        <RemoveTopologyDialog
          topologyId={removed.id}
          name={removed.name}
          revision={removed.revision}
          onClose={() => setRemoved(undefined)}
          onRemoved={() => setRemoved(undefined)}
        />
      )}
      {dialog === 'import' && <ImportDialog onClose={() => setDialog(undefined)} />}
    </Page>
  );
}
