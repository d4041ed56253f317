'use client';
// What verbs left behind: drained and halted real servers with their finish line, failovers with their gap, and ways back.
import Link from 'next/link';
import { ArrowLeftRight } from 'lucide-react';
import type { LivePair } from '@/lib/core/views/live';
import type { PairVerbs, VerbRevision } from '@/lib/core/views/verbs';
import { Failure } from '@/components/data/failure';
import { useCanEdit } from '@/components/data/session';
import { useVerbs } from '@/components/data/verb-queries';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { Disclosure } from '@/components/ui/disclosure';
import { Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { FailoverLine } from './failover-line';
import { UndoButton } from './undo-button';
import { useVerbUrl } from './verb-url';
import { WaitingServerItem } from './waiting-server';

type PanelProps = { pair: LivePair; topologyId: string };

export function VerbsPanel({ pair, topologyId }: PanelProps) {
  const { data, isError, error, refetch } = useVerbs(topologyId);
  const canEdit = useCanEdit();
  const { askFailover } = useVerbUrl();
  const isSingle = pair.hosts.length < 2;
  return (
    <Panel
      title="Drains and failovers"
      actions={
        canEdit &&
        !isSingle && (
          <Button size="small" onClick={askFailover}>
            <ArrowLeftRight /> Planned failover
          </Button>
        )
      }
    >
      {isError && !data && (
        <Failure error={error} what="Drained real servers could not be listed" onRetry={() => void refetch()} />
      )}
      {data && <Contents verbs={data} pair={pair} topologyId={topologyId} />}
    </Panel>
  );
}

function Contents({ verbs, pair, topologyId }: PanelProps & { verbs: PairVerbs }) {
  const { servers, failovers, recent, openDeploy } = verbs;
  const shown = failovers.slice(0, 1);
  return (
    <>
      {openDeploy && (
        <p role="status">
          <Badge tone="drain" isBusy>
            deploy {openDeploy.number}
          </Badge>{' '}
          is at work on both directors.{' '}
          <Link href={`/deploys/${openDeploy.id}`} className="text-primary underline">
            Follow it
          </Link>
        </p>
      )}
      {servers.length === 0 ? (
        <p className="text-muted-foreground">
          No real server is drained or halted. The menu of a row of the services drains one, halts it, or changes its
          weight.
        </p>
      ) : (
        <ul aria-label="Drained and halted real servers" className="flex flex-col gap-2">
          {servers.map((server) => (
            <WaitingServerItem
              key={`${server.pool} ${server.address} ${server.port ?? 0}`}
              server={server}
              pair={pair}
              topologyId={topologyId}
              isBusy={openDeploy !== undefined}
            />
          ))}
        </ul>
      )}
      {shown.map((failover) => (
        <FailoverLine key={failover.id} failover={failover} />
      ))}
      {recent.length > 0 && (
        <Disclosure title={`Last verbs: ${recent.length}`} isOpenAtFirst={false}>
          <ul aria-label="Last verbs" className="flex flex-col gap-1">
            {recent.map((each) => (
              <RecentVerb key={each.revision} verb={each} topologyId={topologyId} isBusy={openDeploy !== undefined} />
            ))}
          </ul>
        </Disclosure>
      )}
    </>
  );
}

type RecentProps = { verb: VerbRevision; topologyId: string; isBusy: boolean };

function RecentVerb({ verb: { revision, title, by, at, canUndo, why }, topologyId, isBusy }: RecentProps) {
  const canEdit = useCanEdit();
  return (
    <li className="flex flex-wrap items-center gap-x-2 gap-y-1">
      <span className="[overflow-wrap:anywhere]">
        Revision {revision}: {title}
      </span>
      <span className="text-xs text-muted-foreground">
        {by}, <RelativeTime at={at} />
      </span>
      {canEdit && canUndo && <UndoButton revision={revision} topologyId={topologyId} isBusy={isBusy} />}
      {!canUndo && why !== undefined && <span className="text-xs text-muted-foreground">{why}</span>}
    </li>
  );
}
