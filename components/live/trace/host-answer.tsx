'use client';
// What one director does with the packet now: the deciding rule, the way step by step, where it differs, and what could not be judged.
import { CircleAlert, CornerDownRight } from 'lucide-react';
import type { HostTrace, LiveAnswer } from '@/lib/core/views/live-trace';
import { Badge } from '@/components/ui/badge';
import { cn } from '@/components/ui/class-names';
import { Disclosure } from '@/components/ui/disclosure';
import { RelativeTime } from '@/components/ui/relative-time';
import { ServerShares } from './server-shares';

export function HostAnswer({ host }: { host: HostTrace }) {
  const { director, answer, problem, readAt, settingsReadAt, differences } = host;
  return (
    <div className="flex min-w-0 flex-col gap-2 [overflow-wrap:anywhere]">
      {problem && <p className="text-muted-foreground">{problem} What it does is unknown.</p>}
      {differences.map((difference) => (
        <p key={difference} className="flex items-start gap-1 text-down">
          <CircleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" /> {difference}
        </p>
      ))}
      {answer && <Answer director={director} answer={answer} />}
      {readAt && (
        <p className="text-xs text-muted-foreground">
          Rules and services read <RelativeTime at={readAt} />
          {settingsReadAt && (
            <>
              , routes and sets <RelativeTime at={settingsReadAt} />
            </>
          )}
          .
        </p>
      )}
    </div>
  );
}

const DELIVERED: Record<LiveAnswer['delivered'], string> = {
  local: 'delivered locally',
  unreachable: 'answered unreachable',
  forwarded: 'forwarded',
  dropped: 'dropped',
};

function Answer({ director, answer }: { director: string; answer: LiveAnswer }) {
  const { mark, delivered, service, decidedBy, realServers, steps, doubts, notRead } = answer;
  return (
    <>
      <p className="font-medium">
        {mark === 0 ? 'No mark' : `Mark ${mark}`}, {DELIVERED[delivered]}
        {service ? `: ${service} takes it.` : '.'}
      </p>
      {decidedBy && (
        <div className="flex flex-col gap-1">
          <p className="flex flex-wrap items-center gap-1 text-xs text-muted-foreground">
            Decided by {decidedBy.place}{' '}
            <Badge tone={decidedBy.own ? 'up' : 'warn'}>{decidedBy.own ? 'console' : 'foreign'}</Badge>
          </p>
          <code className="rounded border bg-shell px-2 py-1 text-xs">{decidedBy.rule}</code>
        </div>
      )}
      <ServerShares servers={realServers} label={`Real servers on ${director}`} />
      <Sentences title="May decide otherwise" sentences={doubts} tone="text-warn" />
      <ol aria-label={`The way of the packet on ${director}`} className="text-xs">
        {steps.map(({ stage, text, rule, isProblem }, at) => (
          <li key={`${at} ${text}`} className={cn('flex items-start gap-1', isProblem && 'text-down')}>
            <CornerDownRight aria-hidden className="mt-0.5 size-3 shrink-0 text-muted-foreground" />
            <span>
              <span className="text-muted-foreground">{stage}: </span>
              {text} {rule && <code className="text-muted-foreground">{rule}</code>}
            </span>
          </li>
        ))}
      </ol>
      {notRead.length > 0 && (
        <Disclosure title="What the console does not read here">
          <Sentences title="" sentences={notRead} tone="text-muted-foreground" />
        </Disclosure>
      )}
    </>
  );
}

function Sentences({ title, sentences, tone }: { title: string; sentences: readonly string[]; tone: string }) {
  if (sentences.length === 0) return null;
  return (
    <div className={cn('text-xs', tone)}>
      {title && <p className="font-medium">{title}:</p>}
      <ul className="list-disc pl-4">
        {sentences.map((sentence) => (
          <li key={sentence}>{sentence}</li>
        ))}
      </ul>
    </div>
  );
}
