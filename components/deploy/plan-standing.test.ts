// A plan is deployed from the page of its own pair only, and is outdated by that pair's revisions only.
import { describe, expect, it } from 'vitest';
import { standingOf, type PlanStanding } from './plan-standing';

describe('a plan for revision 3', () => {
  it.each<[string, string, { revision: number; deployedRevision?: number } | undefined, PlanStanding]>([
    ['of another pair, whatever the revisions say', 'b', { revision: 3 }, 'foreign'],
    ['of another pair, before the list of pairs came', 'b', undefined, 'foreign'],
    ['for the newest revision', 'a', { revision: 3 }, 'current'],
    ['after a newer one was saved', 'a', { revision: 4 }, 'outdated'],
    ['that runs, after a newer one was saved', 'a', { revision: 5, deployedRevision: 3 }, 'current'],
    ['before the list of pairs came', 'a', undefined, 'current'],
  ])('%s', (_what, topologyId, summary, expected) => {
    expect(standingOf({ topologyId: 'a', revision: 3 }, topologyId, summary)).toBe(expected);
  });
});
