'use client';
// One alert: what is wrong where since when, what to do, who looks after it, whom it was told.
import { useState } from 'react';
import Link from 'next/link';
import { BellOff, Check } from 'lucide-react';
import type { Alert } from '@/lib/core/views/alert';
import { isUnattended, useAcknowledgeAlert } from '@/components/data/alert-queries';
import { Failure } from '@/components/data/failure';
import { useCanEdit } from '@/components/data/session';
import { Badge } from '@/components/ui/badge';
import { Button } from '@/components/ui/button';
import { RelativeTime } from '@/components/ui/relative-time';
import { MuteDialog } from './mute-dialog';
import { nextStepOf, titleOf } from './rule-words';

/** `isBrief`: on the page of its pair, which shows the rest of it. */
export function AlertItem({ alert, isBrief = false }: { alert: Alert; isBrief?: boolean }) {
  const acknowledge = useAcknowledgeAlert();
  const canEdit = useCanEdit();
  const [isMuting, setMuting] = useState(false);
  const { rule, subject, severity, sentence, topologyId, topologyName, raisedAt, clearedAt, isMuted } = alert;
  const isOpen = clearedAt === undefined;
  return (
    <li
      aria-label={`${titleOf(rule)}: ${subject} of ${topologyName}`}
      className="flex flex-col gap-1 rounded border bg-card p-2"
    >
      <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
        {isOpen ? (
          <Badge tone={severity === 'critical' ? 'down' : 'warn'}>{severity}</Badge>
        ) : (
          <Badge tone="neutral">over</Badge>
        )}
        <span className="font-medium">{titleOf(rule)}</span>
        {!isBrief && (
          <Link href={`/live/${topologyId}`} className="text-accent underline underline-offset-2">
            {topologyName}
          </Link>
        )}
        <span className="text-muted-foreground">
          since <RelativeTime at={raisedAt} />
          {clearedAt !== undefined && (
            <>
              , over <RelativeTime at={clearedAt} />
            </>
          )}
        </span>
        {isMuted && <Badge tone="neutral">muted</Badge>}
        {alert.acknowledgedBy !== undefined && <Badge tone="up">{alert.acknowledgedBy} looks after it</Badge>}
        {isOpen && canEdit && (
          <span className="ml-auto flex gap-2">
            {isUnattended(alert) && (
              <Button size="small" onClick={() => acknowledge.mutate(alert.id)} disabled={acknowledge.isPending}>
                <Check /> Acknowledge
              </Button>
            )}
            {!isMuted && (
              <Button size="small" onClick={() => setMuting(true)}>
                <BellOff /> Mute
              </Button>
            )}
          </span>
        )}
      </div>
      <p className={isBrief ? 'truncate text-muted-foreground' : '[overflow-wrap:anywhere]'}>{sentence}</p>
      {isOpen && !isBrief && <p className="text-xs text-muted-foreground">{nextStepOf(rule)}</p>}
      <Deliveries alert={alert} />
      {acknowledge.isError && <Failure error={acknowledge.error} what="The alert was not acknowledged" />}
      {isMuting && <MuteDialog alert={alert} onClose={() => setMuting(false)} />}
    </li>
  );
}

function Deliveries({ alert: { deliveries } }: { alert: Alert }) {
  const failed = deliveries.filter(({ state, problem }) => state !== 'sent' && problem !== undefined);
  if (failed.length === 0) return null;
  return (
    <ul className="text-xs text-warn">
      {failed.map(({ channel, event, state, attempts, problem }) => (
        <li key={`${channel} ${event}`}>
          {channel}: {state === 'given-up' ? 'given up' : 'tried again'} after {attempts} attempts: {problem}
        </li>
      ))}
    </ul>
  );
}
