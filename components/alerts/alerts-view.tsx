'use client';
// Alerts of all pairs: open ones, what is muted, and what is over.
import { parseAsString, useQueryState } from 'nuqs';
import type { Alert, AlertList, AlertMute } from '@/lib/core/views/alert';
import { useAlerts, useEndMute } from '@/components/data/alert-queries';
import { Failure } from '@/components/data/failure';
import { notFreshSince } from '@/components/data/not-fresh';
import { NotFreshNotice } from '@/components/data/not-fresh-notice';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { Notice } from '@/components/ui/notice';
import { Page, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { useNow } from '@/components/ui/use-now';
import { AlertItem } from './alert-item';
import { titleOf } from './rule-words';
import { titleOfNone } from './watch-words';

/** Asked for every five seconds (alert-queries.ts); two answers may be missed. */
const OLD_MS = 20_000;

export function AlertsView() {
  const query = useAlerts();
  const { data, isError, error, refetch } = query;
  const since = notFreshSince(query, useNow(), OLD_MS);
  const [filter, setFilter] = useQueryState('filter', parseAsString.withDefault(''));
  const holds = ({ rule, topologyName, subject, sentence }: Alert) =>
    `${titleOf(rule)} ${topologyName} ${subject} ${sentence}`.toLowerCase().includes(filter.trim().toLowerCase());
  const [open, past] = [data?.open.filter(holds) ?? [], data?.past.filter(holds) ?? []];
  return (
    <Page
      title="Alerts"
      lead="What is wrong with a pair now, raised from what both directors show; each goes by itself when its condition is gone."
      actions={
        <Input
          aria-label="Filter the alerts"
          placeholder="Pair, rule or director"
          className="w-52"
          value={filter}
          onChange={(event) => void setFilter(event.target.value || null)}
        />
      }
    >
      {isError && !data && <Failure error={error} what="The alerts could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={4} label="Loading alerts" />}
      {data && since !== undefined && <NotFreshNotice since={since} error={error} onRetry={() => void refetch()} />}
      {data && since === undefined && <Unwatched watch={data.watch} />}
      {data && (
        <div className={cn('flex flex-col gap-4', since !== undefined && 'text-muted-foreground grayscale')}>
          {open.length === 0 ? (
            <EmptyState
              title={titleOfNone({ watch: data.watch, isFresh: since === undefined, isFiltered: filter !== '' })}
            >
              Split brain, no active director, drift, real servers that are down and more are raised here, and told by
              webhook and e-mail as Settings say.
            </EmptyState>
          ) : (
            <AlertItems label="Open alerts" alerts={open} />
          )}
          {data.mutes.length > 0 && <Mutes mutes={data.mutes} />}
          {past.length > 0 && (
            <Panel title="Over">
              <AlertItems label="Alerts that are over" alerts={past} />
            </Panel>
          )}
        </div>
      )}
    </Page>
  );
}

function Unwatched({ watch: { isWatched, lookedAt } }: { watch: AlertList['watch'] }) {
  if (isWatched) return null;
  return (
    <Notice tone="warn" title="Nobody is looking: the worker, which raises the alerts, does not answer.">
      {lookedAt === undefined ? (
        'Nobody has looked yet.'
      ) : (
        <>
          Nobody has looked since <RelativeTime at={lookedAt} />: what went wrong or right after that is not told here.
        </>
      )}{' '}
      The supervisor starts the worker again when it died; logs/worker.log in the data folder says more.
    </Notice>
  );
}

function AlertItems({ label, alerts }: { label: string; alerts: readonly Alert[] }) {
  return (
    <ul aria-label={label} className="flex flex-col gap-2">
      {alerts.map((alert) => (
        <AlertItem key={alert.id} alert={alert} />
      ))}
    </ul>
  );
}

function Mutes({ mutes }: { mutes: readonly AlertMute[] }) {
  const end = useEndMute();
  const canEdit = useCanEdit();
  return (
    <Panel title="Muted">
      <ul aria-label="Mutes" className="flex flex-col gap-1">
        {mutes.map(({ id, rule, topologyName, until, reason, author }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-2">
            <span>
              {titleOf(rule)} of {topologyName}
            </span>
            <span className="text-muted-foreground">
              ends <RelativeTime at={until} />, by {author}: {reason}
            </span>
            {canEdit && (
              <Button size="small" onClick={() => end.mutate(id)} disabled={end.isPending}>
                End this mute
              </Button>
            )}
          </li>
        ))}
      </ul>
      {end.isError && <Failure error={end.error} what="The mute was not ended" />}
    </Panel>
  );
}
