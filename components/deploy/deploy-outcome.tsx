'use client';
// How a deploy ended: what was proven, or why not and what to do next.
import Link from 'next/link';
import { allDirectors } from '@/lib/core/all-directors';
import type { Deploy } from '@/lib/core/views/deploy';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { directorsIn } from './directors-in';

const tones = {
  verified: 'up',
  'rolled-back': 'warn',
  failed: 'down',
  refused: 'down',
  'rolling-back': 'warn',
} as const;

/** How like before it is after a roll back, the outcome says: it may not have been compared, or changes by hand may be gone. */
export function outcomeTitle(state: keyof typeof tones, directorCount: number): string {
  const all = allDirectors(directorCount);
  return {
    verified: `Deployed, verified and confirmed on ${all}.`,
    'rolled-back': 'Rolled back: the release of this deploy is not in force.',
    failed: `Failed. Look at the state of ${all} below before going on.`,
    refused: 'Refused before anything was changed.',
    'rolling-back': 'Rolling back to what was there before.',
  }[state];
}

export function DeployOutcome({ deploy }: { deploy: Deploy }) {
  if (deploy.state === 'queued' || deploy.state === 'running') return null;
  const title = outcomeTitle(deploy.state, directorsIn(deploy).length);
  return (
    <Notice tone={tones[deploy.state]} title={title} actions={deploy.endedAt && <NextSteps deploy={deploy} />}>
      {deploy.outcome && <p>{deploy.outcome}</p>}
      {deploy.proof.length > 0 && (
        <>
          <h2 className="mt-1 font-medium">What was proven</h2>
          <ul aria-label="What was proven" className="list-disc pl-5">
            {deploy.proof.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </>
      )}
    </Notice>
  );
}

function NextSteps({ deploy }: { deploy: Deploy }) {
  const { topologyId, state } = deploy;
  return (
    <>
      <Button asChild size="small">
        <Link href={`/live/${topologyId}`}>Watch the pair</Link>
      </Button>
      {state === 'verified' ? (
        <Button asChild size="small">
          <Link href={`/topologies/${topologyId}`}>Back to the topology</Link>
        </Button>
      ) : (
        <>
          <Button asChild size="small">
            <Link href={`/topologies/${topologyId}/deploy`}>Make a new plan</Link>
          </Button>
          <Button asChild size="small">
            <Link href="/directors">Check the directors</Link>
          </Button>
        </>
      )}
    </>
  );
}
