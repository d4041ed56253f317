'use client';
// The connection table of one director: true totals at any size, a bounded look at its rows, and the whole of it on request.
import { RotateCw } from 'lucide-react';
import { parseAsBoolean, parseAsInteger, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import type { ConnectionFilter, ConnectionPage } from '@/lib/core/views/connections';
import type { LivePair } from '@/lib/core/views/live';
import { Failure } from '@/components/data/failure';
import { useConnections } from '@/components/data/connection-queries';
import { useTopology } from '@/components/data/topology-queries';
import { useDebounced } from '@/components/data/use-debounced';
import { Button } from '@/components/ui/button';
import { Checkbox } from '@/components/ui/checkbox';
import { Select } from '@/components/ui/input';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { CountLists } from './connection-counts';
import { ConnectionFilters } from './connection-filters';
import { ConnectionRows } from './connection-rows';
import { isFiltering } from './describe-filter';
import { SearchPanel } from './search-panel';
import { TrueTotals } from './true-totals';

const limits = [50, 200, 500, 1000];
const words = {
  director: parseAsString,
  limit: parseAsInteger.withDefault(200),
  auto: parseAsBoolean.withDefault(false),
  client: parseAsString.withDefault(''),
  virtual: parseAsString.withDefault(''),
  realServer: parseAsString.withDefault(''),
  port: parseAsString.withDefault(''),
  state: parseAsString.withDefault(''),
  origin: parseAsStringLiteral(['', 'local', 'synced'] as const).withDefault(''),
};
const TYPING_MS = 500;

export function ConnectionsTab({ pair, topologyId }: { pair: LivePair; topologyId: string }) {
  const [url, setUrl] = useQueryStates(words);
  const director = url.director ?? pair.active ?? pair.hosts[0]?.director ?? '';
  const { client, virtual, realServer, port, state, origin } = url;
  const filter: ConnectionFilter = { client, virtual, realServer, port, state, origin };
  const asked = JSON.parse(useDebounced(JSON.stringify(filter), TYPING_MS)) as ConnectionFilter;
  const isFiltered = isFiltering(asked);
  const question = { director, limit: url.limit, filter: asked, isAuto: url.auto && !isFiltered };
  const { data, isError, error, isFetching, refetch } = useConnections(topologyId, question);
  const host = pair.hosts.find((each) => each.director === director);
  const document = useTopology(topologyId).data?.document;
  const realServers = [
    ...new Set(host?.services.flatMap((service) => service.realServers.map(({ address }) => address)) ?? []),
  ];
  const onFilter = (change: Partial<ConnectionFilter>) =>
    void setUrl(Object.fromEntries(Object.entries(change).map(([key, value]) => [key, value === '' ? null : value])));
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-end gap-x-3 gap-y-2">
        <label className="flex w-32 flex-col text-xs text-muted-foreground">
          Director
          <Select value={director} onChange={(event) => void setUrl({ director: event.target.value })}>
            {pair.hosts.map((each) => (
              <option key={each.director}>{each.director}</option>
            ))}
          </Select>
        </label>
        <label className="flex w-32 flex-col text-xs text-muted-foreground">
          Rows
          <Select value={url.limit} onChange={(event) => void setUrl({ limit: Number(event.target.value) })}>
            {limits.map((limit) => (
              <option key={limit} value={limit}>
                at most {limit}
              </option>
            ))}
          </Select>
        </label>
        <Button onClick={() => void refetch()} disabled={isFetching}>
          <RotateCw className={isFetching ? 'animate-spin' : ''} /> Refresh
        </Button>
        <Checkbox
          label={isFiltered ? 'Every 3 s (without a filter only)' : 'Every 3 s'}
          checked={url.auto && !isFiltered}
          disabled={isFiltered}
          onCheckedChange={(auto) => void setUrl({ auto })}
          className="h-7.5 items-center"
        />
      </div>
      <ConnectionFilters filter={filter} realServers={realServers} onChange={onFilter} />
      {host && <TrueTotals host={host} document={document} />}
      {isError && (
        <Failure
          error={error}
          what={`The connections of ${director} could not be read`}
          onRetry={() => void refetch()}
        />
      )}
      {data ? (
        <>
          <Look page={data} isStale={isError || data.director !== director} isFiltered={isFiltered} />
          <SearchPanel
            topologyId={topologyId}
            director={director}
            filter={asked}
            total={data.total}
            forecast={data.forecast}
            isOffered={!data.isWhole && !isError}
          />
        </>
      ) : (
        !isError && <SkeletonRows rows={6} label="Reading connections" />
      )}
    </div>
  );
}

type LookProps = { page: ConnectionPage; isStale: boolean; isFiltered: boolean };

function Look({ page, isStale, isFiltered }: LookProps) {
  const { rows, found, odd, diagnostics } = page;
  if (page.reason !== '') return <p className="text-muted-foreground">{page.reason}</p>;
  return (
    <>
      <p className="max-w-prose">
        {seenText(page)} <span className="text-muted-foreground">Read </span>
        <RelativeTime at={page.readAt} />
        <span className="text-muted-foreground">
          {' '}
          in {page.tookMs} ms{!page.isWhole && `, cut off after ${page.boundMs} ms of reading`}; {page.cpuMs} ms of the
          director&apos;s processor.
        </span>
        {rows.length < found && ` The first ${rows.length.toLocaleString('en-US')} rows are listed.`}
      </p>
      {odd > 0 && (
        <p className="text-warn">
          {odd} rows do not look as this kernel prints them and are left out. {diagnostics.join(' ')}
        </p>
      )}
      <CountLists counts={page.counts} />
      <ConnectionRows
        label={`Connections of ${page.director}`}
        count={rows.length}
        rowAt={(index) => rows[index]}
        isStale={isStale}
        emptyText={isFiltered ? 'No connection that this look passed matches.' : 'No connection.'}
      />
      <p className="max-w-prose text-xs text-muted-foreground">
        Groups are computed from the topology that was deployed last: the kernel does not keep the mark with a
        connection. One that was made before that deploy may have had another mark.
      </p>
    </>
  );
}

/** What the numbers below speak for: never more than was seen. */
function seenText({ seen, found, total, isWhole }: ConnectionPage): string {
  const [all, hits, of] = [seen, found, total].map((number) => number.toLocaleString('en-US'));
  if (isWhole) return `All ${all} rows of the table were passed, ${hits} match.`;
  const share = total > 0 ? ` (${Math.min((seen / total) * 100, 100).toFixed(1)} %)` : '';
  return `${all} rows of about ${of}${share} were passed, ${hits} match: the table is too large to be listed unasked.`;
}
