'use client';
// All deploys: state, pair, author, duration; filters in the URL.
import Link from 'next/link';
import { useRouter } from 'next/navigation';
import { parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import { deployStateSchema, type Deploy } from '@/lib/core/views/deploy';
import { useDeploys } from '@/components/data/deploy-queries';
import { Failure } from '@/components/data/failure';
import { Badge } from '@/components/ui/badge';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { EmptyState } from '@/components/ui/empty-state';
import { Select } from '@/components/ui/input';
import { Page } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printDuration } from '@/components/ui/time';
import { DeployStateBadge } from './deploy-state-badge';

const states = deployStateSchema.options;

function durationSeconds({ startedAt, endedAt }: Deploy): number | undefined {
  return startedAt && endedAt ? Math.round((Date.parse(endedAt) - Date.parse(startedAt)) / 100) / 10 : undefined;
}

const columns: DataColumn<Deploy>[] = [
  {
    id: 'number',
    header: 'Deploy',
    value: (deploy) => deploy.number,
    cell: (deploy) => (
      <Link href={`/deploys/${deploy.id}`} className="text-primary underline-offset-2 hover:underline">
        {deploy.number}
      </Link>
    ),
  },
  { id: 'pair', header: 'Pair', value: (deploy) => deploy.topologyName },
  {
    id: 'state',
    header: 'State',
    value: (deploy) => deploy.state,
    cell: (deploy) => <DeployStateBadge state={deploy.state} />,
  },
  { id: 'revision', header: 'Revision', value: (deploy) => deploy.revision },
  { id: 'author', header: 'Author', value: (deploy) => deploy.author },
  {
    id: 'approver',
    header: 'Approved by',
    value: (deploy) => deploy.approver ?? (deploy.breakGlass === undefined ? '' : 'past the rules'),
    cell: ({ approver, breakGlass }) =>
      breakGlass === undefined ? (
        (approver ?? '')
      ) : (
        <Badge tone="warn" title={breakGlass}>
          past the rules
        </Badge>
      ),
  },
  {
    id: 'created',
    header: 'Started',
    value: (deploy) => deploy.createdAt,
    cell: (deploy) => <RelativeTime at={deploy.createdAt} />,
  },
  {
    id: 'seconds',
    header: 'Duration',
    value: durationSeconds,
    cell: (deploy) => {
      const seconds = durationSeconds(deploy);
      return seconds === undefined ? '' : <span className="tabular-nums">{printDuration(seconds * 1000)}</span>;
    },
  },
  {
    id: 'outcome',
    header: 'Outcome',
    value: (deploy) => deploy.outcome ?? '',
    cell: (deploy) => <span className="block max-w-md text-muted-foreground">{deploy.outcome}</span>,
  },
];

export function DeployList() {
  const router = useRouter();
  const { data, isError, error, refetch } = useDeploys(200);
  const [{ q, state }, setFilter] = useQueryStates({
    q: parseAsString.withDefault(''),
    state: parseAsStringLiteral(states),
  });
  if (!data)
    return (
      <Page title="Deploys">
        {isError ? (
          <Failure error={error} what="The deploys could not be read" onRetry={() => void refetch()} />
        ) : (
          <SkeletonRows label="Loading deploys" />
        )}
      </Page>
    );
  const shown = data.filter((deploy) => state === null || deploy.state === state);
  return (
    <Page title="Deploys" lead="Every attempt to put a revision on a pair, newest first.">
      {isError && <Failure error={error} what="The list is not fresh" onRetry={() => void refetch()} />}
      {data.length === 0 ? (
        <EmptyState title="Nothing was deployed yet">
          Open a topology and press Deploy: you see the plan before anything is sent.
        </EmptyState>
      ) : (
        <DataTable
          label="Deploys"
          columns={columns}
          rows={shown}
          rowId={(deploy) => deploy.id}
          filter={q}
          onFilterChange={(next) => void setFilter({ q: next || null })}
          initialSort={{ id: 'number', desc: true }}
          onOpen={(deploy) => router.push(`/deploys/${deploy.id}`)}
          exportName="deploys"
          isStale={isError}
          toolbar={
            <Select
              aria-label="State"
              className="w-36"
              value={state ?? ''}
              onChange={(event) =>
                void setFilter({ state: states.find((each) => each === event.target.value) ?? null })
              }
            >
              <option value="">every state</option>
              {states.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </Select>
          }
        />
      )}
    </Page>
  );
}
