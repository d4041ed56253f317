// What is there of a verb or of a failover whose answer was lost: found by its plan, its revision, its directors.
import type { VerbOrder } from '@/lib/api/client';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Failover } from '@/lib/core/views/failover';
import type { PairVerbs, StartedVerb } from '@/lib/core/views/verbs';

export type Begun = { text: string; href?: string };
type OrderedPlan = Pick<VerbOrder, 'planId' | 'newestRevision'>;
type Known = { topologyId: string; verbs: PairVerbs | undefined; deploys: readonly Deploy[] | undefined };

export function findVerb({ planId, newestRevision }: OrderedPlan, { topologyId, verbs, deploys }: Known): Begun[] {
  const number = newestRevision + 1;
  const isSaved = verbs !== undefined && verbs.newestRevision >= number;
  // Somebody else may have saved that number instead: its words tell.
  const saved = verbs?.recent.find(({ revision }) => revision === number);
  const deploy = deploys?.find((each) => each.planId === planId);
  return [
    ...(isSaved
      ? [
          {
            text: saved ? `Revision ${number}, by ${saved.by}: ${saved.title}` : `Revision ${number} was saved`,
            href: `/topologies/${topologyId}?tab=revisions`,
          },
        ]
      : []),
    ...(deploy ? [{ text: `Deploy ${deploy.number}: ${deploy.state}`, href: `/deploys/${deploy.id}` }] : []),
  ];
}

export type AskedFailover = { from: string; to: string; checkedAt: string };
const states: Record<Failover['state'], string> = {
  running: 'under way',
  done: 'done',
  failed: 'not done',
  unknown: 'its end is not known',
};

/** `checkedAt` and the start of a failover are of the same clock. */
export function findFailover({ from, to, checkedAt }: AskedFailover, verbs: PairVerbs | undefined): Begun[] {
  const begun = verbs?.failovers.find(
    (each) => each.from === from && each.to === to && Date.parse(each.startedAt) >= Date.parse(checkedAt),
  );
  if (!begun) return [];
  const { state, author, message } = begun;
  return [{ text: `Failover from ${from} to ${to}, by ${author}: ${states[state]}. ${message}`.trim() }];
}

export function titleOfStarted({ revision, isDoubtful }: Pick<StartedVerb, 'revision' | 'isDoubtful'>): string {
  return isDoubtful
    ? `Revision ${revision} is saved; it is not known whether its deploy began.`
    : `Revision ${revision} is saved; it was not deployed.`;
}
