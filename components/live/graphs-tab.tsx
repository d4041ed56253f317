'use client';
// Rates and connections over time: by group or by real server, both directors over each other, with deploys and failovers.
import Link from 'next/link';
import { parseAsFloat, parseAsString, parseAsStringLiteral, useQueryStates } from 'nuqs';
import type { HistoryMark, PairHistory } from '@/lib/core/views/history';
import type { LivePair } from '@/lib/core/views/live';
import { Failure } from '@/components/data/failure';
import { useHistory, type HistoryWindow } from '@/components/data/history-queries';
import { useTopology } from '@/components/data/topology-queries';
import { Button } from '@/components/ui/button';
import { consoleNow } from '@/components/ui/console-clock';
import { EmptyState } from '@/components/ui/empty-state';
import { Select } from '@/components/ui/input';
import { SkeletonRows } from '@/components/ui/skeleton';
import { printExactUtc } from '@/components/ui/time';
import { GraphPanel } from './graph-panel';
import { graphRealServers, graphServices, MOST_LINES, type GraphRow } from './history-rows';

const windows = { '10min': 600, '1h': 3_600, '6h': 21_600, '24h': 86_400, '7d': 604_800, '31d': 2_678_400 } as const;
const windowNames = Object.keys(windows) as (keyof typeof windows)[];
const rates = {
  connectionRate: 'Connections per second',
  inPacketRate: 'Packets per second in',
  outPacketRate: 'Packets per second out',
  inByteRate: 'Bytes per second in',
  outByteRate: 'Bytes per second out',
} as const;
const rateNames = Object.keys(rates) as (keyof typeof rates)[];

const url = {
  window: parseAsStringLiteral(windowNames).withDefault('1h'),
  rate: parseAsStringLiteral(rateNames).withDefault('connectionRate'),
  of: parseAsString.withDefault(''),
  only: parseAsString.withDefault(''),
  from: parseAsFloat,
  to: parseAsFloat,
};

export function GraphsTab({ pair, topologyId }: { pair: LivePair; topologyId: string }) {
  const [shown, setShown] = useQueryStates(url);
  const document = useTopology(topologyId).data?.document;
  const services = graphServices(pair.hosts, document);
  const all = shown.of === '' ? services : graphRealServers(pair.hosts, shown.of);
  const rows = all.slice(0, MOST_LINES);
  const window = windowOf(shown);
  const { data, isError, error, refetch, isPlaceholderData } = useHistory(topologyId, {
    ...{ window, metrics: [shown.rate, 'active'], keys: rows.map(({ key }) => key) },
  });
  const zoom = (from: number, to: number) => void setShown({ from: Math.round(from), to: Math.round(to) });
  if (services.length === 0)
    return (
      <EmptyState title="No virtual service to draw">
        Graphs begin with the first virtual service in the table of a director, and are kept from then on.
      </EmptyState>
    );
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-wrap items-center gap-2">
        <Chooser
          label="Window"
          value={shown.from === null ? shown.window : ''}
          onChange={(next) =>
            void setShown({ window: windowNames.find((each) => each === next) ?? '1h', from: null, to: null })
          }
        >
          {shown.from !== null && <option value="">a chosen stretch</option>}
          {windowNames.map((name) => (
            <option key={name} value={name}>
              last {name}
            </option>
          ))}
        </Chooser>
        <Chooser
          label="Rate"
          value={shown.rate}
          onChange={(next) => void setShown({ rate: rateNames.find((each) => each === next) ?? 'connectionRate' })}
        >
          {rateNames.map((name) => (
            <option key={name} value={name}>
              {rates[name]}
            </option>
          ))}
        </Chooser>
        <Chooser label="Lines" value={shown.of} onChange={(next) => void setShown({ of: next })}>
          <option value="">each group</option>
          {services.map(({ key, label }) => (
            <option key={key} value={key}>
              real servers of {label}
            </option>
          ))}
        </Chooser>
        <Chooser label="Directors" value={shown.only} onChange={(next) => void setShown({ only: next })}>
          <option value="">both directors</option>
          {pair.hosts.map(({ director }) => (
            <option key={director} value={director}>
              {director} alone
            </option>
          ))}
        </Chooser>
        <ZoomButtons window={window} onZoom={zoom} />
      </div>
      {all.length > rows.length && (
        <p className="text-muted-foreground">
          The first {rows.length} of {all.length} lines are drawn; more could not be told apart.
        </p>
      )}
      {isError && <Failure error={error} what="The history could not be read" onRetry={() => void refetch()} />}
      {rows.length === 0 && (
        <p className="text-muted-foreground">This service has no real server in the table of either director.</p>
      )}
      {!data && !isError && rows.length > 0 && <SkeletonRows rows={8} label="Loading the history" />}
      {data && rows.length > 0 && (
        <Graphs
          history={onlyOf(data, shown.only)}
          rate={shown.rate}
          rows={rows}
          isOld={isPlaceholderData}
          onZoom={zoom}
        />
      )}
    </div>
  );
}

type Shown = { window: keyof typeof windows; from: number | null; to: number | null };

function windowOf({ window, from, to }: Shown): HistoryWindow {
  if (from === null || to === null || to <= from) return { seconds: windows[window] };
  return { from: from * 1000, to: to * 1000 };
}

function onlyOf(history: PairHistory, director: string): PairHistory {
  const directors = history.directors.filter((each) => each.director === director);
  return directors.length === 0 ? history : { ...history, directors };
}

type ChooserProps = { label: string; value: string; onChange: (next: string) => void; children: React.ReactNode };

function Chooser({ label, value, onChange, children }: ChooserProps) {
  return (
    <Select
      aria-label={label}
      className="w-auto max-w-full"
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {children}
    </Select>
  );
}

/** What dragging over a graph does, for a keyboard. */
function ZoomButtons({ window, onZoom }: { window: HistoryWindow; onZoom: (from: number, to: number) => void }) {
  const move = (share: (length: number) => [number, number]) => () => {
    const now = consoleNow() / 1000;
    const [from, to] = 'seconds' in window ? [now - window.seconds, now] : [window.from / 1000, window.to / 1000];
    const [left, right] = share(to - from);
    onZoom(from + left, Math.min(to + right, now));
  };
  return (
    <div role="group" aria-label="Zoom" className="flex flex-wrap gap-1">
      <Button size="small" onClick={move((length) => [-length / 2, -length / 2])}>
        Earlier
      </Button>
      <Button size="small" onClick={move((length) => [length / 2, length / 2])}>
        Later
      </Button>
      {/* What follows the clock goes on to end now: the newest half. */}
      <Button
        size="small"
        onClick={move((length) => ('seconds' in window ? [length / 2, 0] : [length / 4, -length / 4]))}
      >
        Zoom in
      </Button>
      <Button size="small" onClick={move((length) => [-length / 2, length / 2])}>
        Zoom out
      </Button>
    </div>
  );
}

type GraphsProps = {
  history: PairHistory;
  rate: keyof typeof rates;
  rows: readonly GraphRow[];
  isOld: boolean;
  onZoom: (from: number, to: number) => void;
};

function Graphs({ history, rate, rows, isOld, onZoom }: GraphsProps) {
  const leftOut = Math.max(0, ...history.directors.map((each) => each.leftOut));
  return (
    <div className={isOld ? 'flex flex-col gap-3 opacity-60' : 'flex flex-col gap-3'} aria-busy={isOld}>
      <GraphPanel graph={{ metric: rate, title: rates[rate] }} history={history} rows={rows} onZoom={onZoom} />
      <GraphPanel
        graph={{ metric: 'active', title: 'Active connections' }}
        history={history}
        rows={rows}
        onZoom={onZoom}
      />
      <p className="text-xs text-muted-foreground">
        Times are UTC, one step is {history.stepSeconds} s. Where nothing was read the line has a gap.
        {leftOut > 0 && ` ${leftOut} rows of the table are beyond what is kept.`}
      </p>
      <Marks marks={history.marks} />
    </div>
  );
}

function Marks({ marks }: { marks: readonly HistoryMark[] }) {
  if (marks.length === 0) return <p className="text-muted-foreground">No deploy and no failover in this window.</p>;
  return (
    <ul aria-label="Deploys and failovers in this window" className="flex flex-col gap-0.5">
      {marks.map(({ at, kind, text, deployId }) => (
        <li key={`${kind} ${at} ${deployId ?? ''}`} className="flex flex-wrap gap-x-2">
          <span className="text-muted-foreground">{printExactUtc(new Date(at * 1000).toISOString())}</span>
          {deployId === undefined ? (
            <span className="text-down">{text}</span>
          ) : (
            <Link className="underline" href={`/deploys/${deployId}`}>
              {text}
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}
