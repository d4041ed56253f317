'use client';
// A verb that was sent and not answered: that its fate is not known, and what of it is there now.
import Link from 'next/link';
import { Failure } from '@/components/data/failure';
import { useDeploys } from '@/components/data/deploy-queries';
import { useVerbs } from '@/components/data/verb-queries';
import type { VerbOrder } from '@/lib/api/client';
import { findFailover, findVerb, type AskedFailover, type Begun } from './find-begun';

type LostProps = { topologyId: string; error: unknown; submittedAt: number; onRetry: () => void };

export function LostVerb({ order, ...rest }: LostProps & { order: VerbOrder | undefined }) {
  const { topologyId, error, submittedAt, onRetry } = rest;
  return (
    <>
      <Failure error={error} what="It is not known whether it was done" onRetry={onRetry} />
      {order && <FoundVerb topologyId={topologyId} order={order} since={submittedAt} />}
    </>
  );
}

export function LostFailover({ asked, ...rest }: LostProps & { asked: AskedFailover | undefined }) {
  const { topologyId, error, submittedAt, onRetry } = rest;
  const verbs = useVerbs(topologyId);
  const isRead = !verbs.isError && verbs.dataUpdatedAt > submittedAt;
  return (
    <>
      <Failure error={error} what="It is not known whether the failover began" onRetry={onRetry} />
      {asked && <FoundList found={findFailover(asked, verbs.data)} isRead={isRead} />}
    </>
  );
}

/** `since`: what was read before says nothing. */
export function FoundVerb({ topologyId, order, since }: { topologyId: string; order: VerbOrder; since: number }) {
  const verbs = useVerbs(topologyId);
  const deploys = useDeploys(10);
  const isRead = [verbs, deploys].every(({ isError, dataUpdatedAt }) => !isError && dataUpdatedAt > since);
  const found = findVerb(order, { topologyId, verbs: verbs.data, deploys: deploys.data });
  return <FoundList found={found} isRead={isRead} />;
}

function FoundList({ found, isRead }: { found: readonly Begun[]; isRead: boolean }) {
  return (
    <div role="status" className="flex flex-col gap-1">
      {found.length > 0 && (
        <ul aria-label="What is there of it" className="list-disc pl-5">
          {found.map(({ text, href }) => (
            <li key={text}>
              {href === undefined ? (
                text
              ) : (
                <Link href={href} className="text-primary underline">
                  {text}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isRead && <p>What is there of it could not be read yet; it is asked for again.</p>}
      {isRead && found.length === 0 && <p>Nothing is there of it so far. It may still come: it is looked for again.</p>}
    </div>
  );
}
