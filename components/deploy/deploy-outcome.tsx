'use client';
// How a deploy ended: what was proven, or why not and what to do next.
import Link from 'next/link';
import type { Deploy } from '@/lib/core/views/deploy';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';

const words = {
  verified: { tone: 'up', title: 'Deployed, verified and confirmed on both directors.' },
  'rolled-back': { tone: 'warn', title: 'Rolled back: both directors hold what they held before.' },
  failed: { tone: 'down', title: 'Failed. Look at the state of both directors below before going on.' },
  refused: { tone: 'down', title: 'Refused before anything was changed.' },
  'rolling-back': { tone: 'warn', title: 'Rolling back to what the directors held before.' },
} as const;

export function DeployOutcome({ deploy }: { deploy: Deploy }) {
  if (deploy.state === 'queued' || deploy.state === 'running') return null;
  const { tone, title } = words[deploy.state];
  return (
    <Notice tone={tone} title={title} actions={deploy.endedAt && <NextSteps deploy={deploy} />}>
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
