'use client';
// The finish line of a real server that was drained or halted: what it still holds, over time, and the next step when it is empty.
import { useState } from 'react';
import type { LivePair } from '@/lib/core/views/live';
import type { WaitingServer } from '@/lib/core/views/verbs';
import { Failure } from '@/components/data/failure';
import { useCanEdit } from '@/components/data/session';
import { useTopology } from '@/components/data/topology-queries';
import { useCountSeries, useHolders } from '@/components/data/verb-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { RelativeTime } from '@/components/ui/relative-time';
import { printDuration } from '@/components/ui/time';
import { CountLine } from './count-line';
import { HolderList } from './holder-list';
import { UndoButton } from './undo-button';
import { useVerbUrl } from './verb-url';

type ItemProps = { server: WaitingServer; pair: LivePair; topologyId: string; isBusy: boolean };

export function WaitingServerItem({ server, pair, topologyId, isBusy }: ItemProps) {
  const { pool, address, port, state, since, by, isRunning, weightBefore, revision } = server;
  const countOf = useCounter(topologyId, server);
  const count = countOf(pair);
  const name = `${address}${port === undefined ? '' : `:${port}`}`;
  const isEmpty = state === 'drained' && isRunning && count === 0;
  return (
    <li aria-label={`${name} of pool ${pool}`} className="flex min-w-0 flex-col gap-1 border-l-2 border-l-drain pl-2">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <span className="font-mono">{name}</span>
        <span className="text-muted-foreground">of pool {pool}</span>
        {!isRunning && <Badge tone="warn">saved, not running</Badge>}
        {isRunning && state === 'halted' && <Badge tone="neutral">halted</Badge>}
        {isRunning && state === 'drained' && (
          <Badge tone={isEmpty ? 'up' : 'drain'}>{isEmpty ? 'drained: empty' : 'draining'}</Badge>
        )}
        <span className="text-xs text-muted-foreground">
          since <RelativeTime at={since} /> by {by}; weight before: {weightBefore}
        </span>
      </p>
      {!isRunning && (
        <p className="text-warn">
          Revision {revision} says so, but the directors do not run it{isBusy ? ' yet' : ': deploy it, or take it back'}
          .
        </p>
      )}
      {state === 'drained' && isRunning && (
        <FinishLine server={server} topologyId={topologyId} count={count} countOf={countOf} />
      )}
      <NextSteps server={server} topologyId={topologyId} isBusy={isBusy} isEmpty={isEmpty} />
    </li>
  );
}

/** Of the active director's table, over the services of this pool; undefined when it cannot be read. */
function useCounter(topologyId: string, { pool, address, port = 0 }: WaitingServer) {
  const groups = useTopology(topologyId).data?.document.groups;
  const marks = groups?.filter((group) => group.pool === pool).map(({ mark }) => mark) ?? [];
  return ({ hosts, active }: LivePair): number | undefined => {
    const host = hosts.find(({ director }) => director === active);
    if (!host || host.problem || !groups) return undefined;
    const uses = host.services
      .filter(({ mark }) => mark !== undefined && marks.includes(mark))
      .flatMap(({ realServers }) => realServers.filter((each) => each.address === address && each.port === port));
    return uses.reduce((sum, each) => sum + (each.activeConnections ?? 0) + (each.inactiveConnections ?? 0), 0);
  };
}

type FinishProps = {
  server: WaitingServer;
  topologyId: string;
  count: number | undefined;
  countOf: (pair: LivePair) => number | undefined;
};

function FinishLine({ server, topologyId, count, countOf }: FinishProps) {
  const { pool, address, port = 0, connectionsBefore } = server;
  const series = useCountSeries(topologyId, `${pool} ${address} ${port}`, countOf);
  const from = typeof connectionsBefore === 'number' ? connectionsBefore : undefined;
  return (
    <>
      <p className="flex flex-wrap items-center gap-x-3">
        <span>
          {count === undefined ? (
            'What it holds is unknown: the active director cannot be read.'
          ) : (
            <>
              <strong className="tabular">{count.toLocaleString('en-US')}</strong>{' '}
              {count === 1 ? 'connection' : 'connections'} left
              {from !== undefined && ` of ${from.toLocaleString('en-US')} at the drain`}
            </>
          )}
        </span>
        <CountLine points={series.data ?? []} label={`Connections of ${address} since this page was opened`} />
      </p>
      {count === 0 ? (
        <p>It is empty: it can be stopped, halted or brought back.</p>
      ) : (
        <Holders server={server} topologyId={topologyId} />
      )}
    </>
  );
}

function Holders({ server: { address, port, pool }, topologyId }: { server: WaitingServer; topologyId: string }) {
  const [isOpen, setOpen] = useState(false);
  const holders = useHolders(topologyId, { address, pool, ...(port !== undefined && { port }) }, isOpen);
  const { data, isError, error, refetch } = holders;
  return (
    <>
      <Button
        variant="link"
        size="small"
        aria-expanded={isOpen}
        className="self-start"
        onClick={() => setOpen(!isOpen)}
      >
        {isOpen ? 'Hide who holds it' : 'Who holds it, and until when'}
      </Button>
      {isOpen && isError && <Failure error={error} what="It could not be read" onRetry={() => void refetch()} />}
      {isOpen && data && (
        <>
          <p>
            {data.longestSeconds === undefined
              ? 'Until when at most is not known: the connection table was not read to its end, or could not be read.'
              : `Empty after ${printDuration(data.longestSeconds * 1000)} at most, if no connection of it sends a packet.`}
          </p>
          <HolderList holders={data} />
        </>
      )}
    </>
  );
}

type NextProps = { server: WaitingServer; topologyId: string; isBusy: boolean; isEmpty: boolean };

function NextSteps({ server, topologyId, isBusy, isEmpty }: NextProps) {
  const canEdit = useCanEdit();
  const { askServer } = useVerbUrl();
  const { revision, isRunning, state } = server;
  if (!canEdit) return null;
  if (!isRunning) return isBusy ? null : <UndoButton revision={revision} topologyId={topologyId} isBusy={isBusy} />;
  return (
    <div className="flex flex-wrap gap-2">
      <Button size="small" disabled={isBusy} onClick={() => askServer('online', server)}>
        Back online
      </Button>
      {state === 'drained' && (
        <Button
          size="small"
          disabled={isBusy}
          variant={isEmpty ? 'primary' : 'outline'}
          onClick={() => askServer('halt', server)}
        >
          Halt
        </Button>
      )}
    </div>
  );
}
