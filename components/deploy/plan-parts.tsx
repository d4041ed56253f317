'use client';
// What a plan would do, in three blocks: to traffic, to the objects of the topology, to files and kernel of each director.
import type { Plan } from '@/lib/core/views/plan';
import { ObjectDiff } from '@/components/topology/object-diff';
import { Panel } from '@/components/ui/page';
import { PlanFiles } from './plan-files';
import { Sentences } from './sentences';
import { TrafficForecast } from './traffic-forecast';

export function PlanParts({ plan, isRecord = false }: { plan: Plan; isRecord?: boolean }) {
  return (
    <>
      <TrafficForecast plan={plan} isRecord={isRecord} />
      <div className="grid gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,1.3fr)]">
        <Panel title="What changes">
          <WhatChanges plan={plan} />
        </Panel>
        <Panel title="Files and kernel">
          <PlanFiles hosts={plan.hosts} />
        </Panel>
      </div>
    </>
  );
}

/** A first deploy is all new: what that means stands in one sentence, the objects are there to open. */
function WhatChanges({ plan: { summary, objects, baseRevision, revision } }: { plan: Plan }) {
  const label = 'Changed objects';
  if (objects.length === 0 || baseRevision === undefined)
    return (
      <>
        <Sentences label="What changes" sentences={summary} empty="No object changes." />
        {objects.length > 0 && (
          <details>
            <summary className="text-xs text-muted-foreground">{objects.length} objects</summary>
            <div className="pt-2">
              <ObjectDiff label={label} changes={objects} empty="No object changes." />
            </div>
          </details>
        )}
      </>
    );
  return (
    <>
      <p className="text-muted-foreground">
        From revision {baseRevision}, which runs now, to revision {revision}.
      </p>
      <ObjectDiff label={label} changes={objects} empty="No object changes." />
    </>
  );
}
