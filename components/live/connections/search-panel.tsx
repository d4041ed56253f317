'use client';
// The whole table, because somebody asked for it: what it will cost first, then its progress, a way to stop, and its rows.
import { useState } from 'react';
import { Download, Search, Square } from 'lucide-react';
import { api } from '@/lib/api/client';
import type { ConnectionFilter, ConnectionSearch, ListingForecast } from '@/lib/core/views/connections';
import { Failure } from '@/components/data/failure';
import {
  SEARCH_PAGE,
  useSearches,
  useSearchRows,
  useStartSearch,
  useStopSearch,
} from '@/components/data/connection-queries';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { CountLists } from './connection-counts';
import { ConnectionRows } from './connection-rows';
import { describeFilter } from './describe-filter';

type SearchPanelProps = {
  topologyId: string;
  director: string;
  filter: ConnectionFilter;
  /** Rows that a look has not passed; the search is offered only then. */
  total: number;
  forecast: ListingForecast | undefined;
  isOffered: boolean;
};

export function SearchPanel({ topologyId, director, filter, total, forecast, isOffered }: SearchPanelProps) {
  const searches = useSearches(topologyId);
  const start = useStartSearch(topologyId);
  const own = searches.data?.filter((search) => search.director === director) ?? [];
  const running = own.find(({ state }) => state === 'running');
  return (
    <section aria-label="Search of the whole table" className="flex flex-col gap-2">
      {isOffered && !running && (
        <div className="flex flex-wrap items-center gap-2">
          <Button onClick={() => start.mutate({ director, filter })} disabled={start.isPending}>
            <Search /> Search the whole table of {director}
          </Button>
          <p className="max-w-prose text-xs text-muted-foreground">{forecastText(total, forecast)}</p>
        </div>
      )}
      {start.isError && <Failure error={start.error} what="The search was not started" />}
      {own.map((search, at) => (
        <SearchCard key={search.id} topologyId={topologyId} search={search} isOpenAtFirst={at === 0} />
      ))}
    </section>
  );
}

function forecastText(total: number, forecast: ListingForecast | undefined): string {
  const rows = total.toLocaleString('en-US');
  if (!forecast)
    return `The table has about ${rows} rows. What a whole listing costs this director was not measured yet.`;
  const cost = printDuration(Math.max(forecast.seconds, 0.1) * 1000);
  const how = forecast.isMeasured
    ? `measured on this kernel: the cost grows with ${forecast.exponent === 1 ? 'the rows' : 'the square of the rows'}`
    : 'one part was measured, and the worst is assumed: the square of the rows';
  return `About ${rows} rows, about ${cost} of one processor of the director (${how}). It runs in the background and can be stopped.`;
}

type SearchCardProps = { topologyId: string; search: ConnectionSearch; isOpenAtFirst: boolean };

function SearchCard({ topologyId, search, isOpenAtFirst }: SearchCardProps) {
  const stop = useStopSearch(topologyId);
  const [isOpen, setOpen] = useState(isOpenAtFirst);
  const { state, seen, found, total, startedAt, filter, by, problem, cpuMs } = search;
  const share = total === 0 ? 1 : Math.min(seen / total, 1);
  return (
    <article aria-label={`Search on ${search.director}`} className="flex flex-col gap-2 rounded border p-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <p className="font-medium">
          {describeFilter(filter)} on {search.director}
        </p>
        <p className="text-xs text-muted-foreground">
          by {by}, <RelativeTime at={startedAt} />
        </p>
        <p role="status" className="tabular-nums">
          {state === 'running' ? 'searching' : state}: {found.toLocaleString('en-US')} found in{' '}
          {seen.toLocaleString('en-US')} of about {total.toLocaleString('en-US')} rows
          {cpuMs !== undefined && `, ${(cpuMs / 1000).toFixed(1)} s of the director's processor`}
        </p>
        <div className="ml-auto flex gap-2">
          {state === 'running' && (
            <Button size="small" onClick={() => stop.mutate(search.id)} disabled={stop.isPending}>
              <Square /> Stop the search
            </Button>
          )}
          {found > 0 && (
            <>
              <Button size="small" asChild>
                <a href={api.exportSearch(topologyId, search.id, 'csv')} download>
                  <Download /> CSV
                </a>
              </Button>
              <Button size="small" asChild>
                <a href={api.exportSearch(topologyId, search.id, 'ndjson')} download>
                  <Download /> JSON lines
                </a>
              </Button>
            </>
          )}
          <Button size="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
            {isOpen ? 'Fold' : 'Show the rows'}
          </Button>
        </div>
      </div>
      {state === 'running' && (
        <progress aria-label="Part of the table that was passed" className="h-1.5 w-full" max={1} value={share} />
      )}
      {state === 'failed' && (
        <Notice tone="down" title="The search ended early">
          {problem} What it found until then is kept.
        </Notice>
      )}
      {isOpen && (
        <>
          <CountLists counts={search.counts} />
          <SearchRows topologyId={topologyId} search={search} />
        </>
      )}
    </article>
  );
}

function SearchRows({ topologyId, search }: { topologyId: string; search: ConnectionSearch }) {
  const [pages, setPages] = useState<readonly number[]>([0]);
  const { rowAt, error, retry } = useSearchRows(topologyId, search, pages);
  const onRange = (first: number, last: number) => {
    const [from, to] = [Math.floor(first / SEARCH_PAGE), Math.floor((last + 20) / SEARCH_PAGE)];
    if (from === pages[0] && to === pages.at(-1)) return;
    setPages(from === to ? [from] : [from, to]);
  };
  return (
    <>
      {error && <Failure error={error} what="Rows of the search could not be read" onRetry={retry} />}
      <ConnectionRows
        label={`Rows of the search on ${search.director}`}
        count={search.found}
        rowAt={rowAt}
        onRange={onRange}
        emptyText={search.state === 'running' ? 'Nothing was found yet.' : 'No connection matches.'}
      />
    </>
  );
}
