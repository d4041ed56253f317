'use client';
// The connection table of one director, in a bounded read: never all of it, and the page says why.
import { RotateCw } from 'lucide-react';
import { parseAsBoolean, parseAsInteger, parseAsString, useQueryStates } from 'nuqs';
import type { Connection, ConnectionPage, LivePair } from '@/lib/core/views/live';
import { Failure } from '@/components/data/failure';
import { useConnections } from '@/components/data/live-queries';
import { useDebounced } from '@/components/data/use-debounced';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { DataTable } from '@/components/ui/data-table';
import type { DataColumn } from '@/components/ui/data-table-column';
import { Input, Select } from '@/components/ui/input';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printDuration } from '@/components/ui/time';

const columns: DataColumn<Connection>[] = [
  { id: 'protocol', header: 'Protocol', value: (row) => row.protocol },
  { id: 'client', header: 'Client', value: (row) => row.client, isMono: true },
  { id: 'virtual', header: 'Virtual', value: (row) => row.virtual, isMono: true },
  { id: 'realServer', header: 'Real server', value: (row) => row.realServer, isMono: true },
  { id: 'state', header: 'State', value: (row) => row.state },
  {
    id: 'expires',
    header: 'Expires (s)',
    value: (row) => row.expiresSeconds,
    cell: (row) => <span title={printDuration(row.expiresSeconds * 1000)}>{row.expiresSeconds}</span>,
  },
  {
    id: 'kind',
    header: 'Kind',
    value: (row) =>
      row.kind === 'template'
        ? `persistence template${row.mark === undefined ? '' : `, mark ${row.mark}`}`
        : 'connection',
  },
];
const limits = [50, 200, 500, 1000];

export function ConnectionsTab({ pair, topologyId }: { pair: LivePair; topologyId: string }) {
  const [url, setUrl] = useQueryStates({
    director: parseAsString.withDefault(pair.active ?? pair.hosts[0]?.director ?? ''),
    limit: parseAsInteger.withDefault(200),
    filter: parseAsString.withDefault(''),
    auto: parseAsBoolean.withDefault(false),
  });
  const filter = useDebounced(url.filter, 400);
  const { data, isError, error, isFetching, refetch } = useConnections(topologyId, {
    director: url.director,
    limit: url.limit,
    filter,
    isAuto: url.auto,
  });
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        <Select
          aria-label="Director"
          className="w-32"
          value={url.director}
          onChange={(event) => void setUrl({ director: event.target.value })}
        >
          {pair.hosts.map(({ director }) => (
            <option key={director}>{director}</option>
          ))}
        </Select>
        <Input
          aria-label="Filter on the director"
          placeholder="Address, port or state"
          className="w-52"
          maxLength={100}
          value={url.filter}
          onChange={(event) => void setUrl({ filter: event.target.value || null })}
        />
        <Select
          aria-label="Limit"
          className="w-32"
          value={url.limit}
          onChange={(event) => void setUrl({ limit: Number(event.target.value) })}
        >
          {limits.map((limit) => (
            <option key={limit} value={limit}>
              at most {limit}
            </option>
          ))}
        </Select>
        <Button onClick={() => void refetch()} disabled={isFetching}>
          <RotateCw className={isFetching ? 'animate-spin' : ''} /> Refresh
        </Button>
        <Checkbox
          label="Every 3 s"
          checked={url.auto}
          onCheckedChange={(auto) => void setUrl({ auto })}
          className="h-7.5 items-center"
        />
      </div>
      <p className="max-w-prose text-xs text-muted-foreground">
        A bounded read: listing the whole table makes the kernel of a busy director walk millions of entries under lock,
        so the console reads at most {url.limit} rows, and filters on the director only while the table is small.
      </p>
      {isError && (
        <Failure
          error={error}
          what={`The connections of ${url.director} could not be read`}
          onRetry={() => void refetch()}
        />
      )}
      {data ? (
        <Connections page={data} isStale={isError} />
      ) : (
        !isError && <SkeletonRows rows={6} label="Reading connections" />
      )}
    </div>
  );
}

function Connections({ page, isStale }: { page: ConnectionPage; isStale: boolean }) {
  return (
    <>
      <p>
        <strong className="tabular-nums">{page.rows.length.toLocaleString('en-US')}</strong> of{' '}
        <strong className="tabular-nums">{page.total.toLocaleString('en-US')}</strong> connections of {page.director},
        read <RelativeTime at={page.readAt} />.
        {page.truncated && <span className="text-warn"> Rows were left out: {page.reason}</span>}
      </p>
      <DataTable
        label={`Connections of ${page.director}`}
        columns={columns}
        rows={page.rows}
        rowId={(row) => `${row.protocol} ${row.client} ${row.virtual} ${row.realServer} ${row.kind}`}
        exportName={`connections-${page.director}`}
        emptyText="No connection matches."
        isStale={isStale}
      />
    </>
  );
}
