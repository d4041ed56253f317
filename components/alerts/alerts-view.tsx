'use client';
// Alerts of all pairs: open ones, what is muted, and what is over.
import { parseAsString, useQueryState } from 'nuqs';
import type { Alert, AlertMute } from '@/lib/core/views/alert';
import { useAlerts, useEndMute } from '@/components/data/alert-queries';
import { Failure } from '@/components/data/failure';
import { useCanEdit } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { EmptyState } from '@/components/ui/empty-state';
import { Input } from '@/components/ui/input';
import { Page, Panel } from '@/components/ui/page';
import { RelativeTime } from '@/components/ui/relative-time';
import { SkeletonRows } from '@/components/ui/skeleton';
import { AlertItem } from './alert-item';
import { titleOf } from './rule-words';

export function AlertsView() {
  const { data, isError, error, refetch } = useAlerts();
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
      {isError && <Failure error={error} what="The alerts could not be read" onRetry={() => void refetch()} />}
      {!data && !isError && <SkeletonRows rows={4} label="Loading alerts" />}
      {data && (
        <>
          {open.length === 0 ? (
            <EmptyState title={filter === '' ? 'Nothing is wrong' : 'No open alert matches'}>
              Split brain, no active director, drift, real servers that are down and more are raised here, and told by
              webhook and e-mail as Settings say.
            </EmptyState>
          ) : (
            <AlertList label="Open alerts" alerts={open} />
          )}
          {data.mutes.length > 0 && <Mutes mutes={data.mutes} />}
          {past.length > 0 && (
            <Panel title="Over">
              <AlertList label="Alerts that are over" alerts={past} />
            </Panel>
          )}
        </>
      )}
    </Page>
  );
}

function AlertList({ label, alerts }: { label: string; alerts: readonly Alert[] }) {
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
