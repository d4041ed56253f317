// After a lost answer: what was begun is found, and what others did is not taken for it.
import { describe, expect, it } from 'vitest';
import type { Deploy } from '@/lib/core/views/deploy';
import type { Failover } from '@/lib/core/views/failover';
import type { PairVerbs, VerbRevision } from '@/lib/core/views/verbs';
import { findFailover, findVerb, titleOfStarted } from './find-begun';

const topologyId = 't';
const order = { planId: 'plan-9', newestRevision: 4 };
const none: PairVerbs = { newestRevision: 4, servers: [], recent: [], failovers: [] };
const drain: VerbRevision = { revision: 5, title: 'Drain 192.168.6.2', by: 'ann', at: '', canUndo: true };
const deployOf = (planId: string, change: Partial<Deploy> = {}): Deploy => ({
  ...{ id: 'd', number: 41, topologyId, topologyName: 'edge', revision: 5, planId, planHash: '', state: 'running' },
  ...{ author: 'ann', createdAt: '', timers: {}, steps: [], proof: [], ...change },
});

describe('a verb whose answer was lost', () => {
  const link = { href: '/topologies/t?tab=revisions' };
  it.each([
    ['nothing was read', undefined, undefined, []],
    ['nothing is there', none, [deployOf('plan-8')], []],
    [
      'its revision is saved',
      { ...none, newestRevision: 5, recent: [drain] },
      [],
      [{ text: 'Revision 5, by ann: Drain 192.168.6.2', ...link }],
    ],
    [
      'somebody saved that revision in the editor',
      { ...none, newestRevision: 5 },
      [],
      [{ text: 'Revision 5 was saved', ...link }],
    ],
    [
      'its deploy runs',
      { ...none, newestRevision: 5, recent: [drain] },
      [deployOf('plan-8', { number: 42 }), deployOf('plan-9')],
      [
        { text: 'Revision 5, by ann: Drain 192.168.6.2', ...link },
        { text: 'Deploy 41: running', href: '/deploys/d' },
      ],
    ],
  ] as [string, PairVerbs | undefined, Deploy[] | undefined, object[]][])(
    'is told by what there is: %s',
    (_what, verbs, deploys, expected) => {
      expect(findVerb(order, { topologyId, verbs, deploys })).toEqual(expected);
    },
  );
});

describe('a failover whose answer was lost', () => {
  const asked = { from: 'director1', to: 'director2', checkedAt: '2026-11-23T12:00:00.000Z' };
  const begun: Failover = {
    ...{ id: 'f', from: 'director1', to: 'director2', state: 'running', author: 'ann', message: '', warnings: [] },
    startedAt: '2026-11-23T12:00:09.000Z',
  };
  it.each([
    ['that began after its check', begun, ['Failover from director1 to director2, by ann: under way.']],
    [
      'that the worker did not take',
      { ...begun, state: 'failed', message: 'The worker did not take it.' },
      ['Failover from director1 to director2, by ann: not done. The worker did not take it.'],
    ],
    ['of an earlier day', { ...begun, startedAt: '2026-11-22T12:00:00.000Z' }, []],
    ['of the other direction', { ...begun, from: 'director2', to: 'director1' }, []],
  ] as [string, Failover, string[]][])('is told by one %s', (_what, failover, expected) => {
    expect(findFailover(asked, { ...none, failovers: [failover] }).map(({ text }) => text)).toEqual(expected);
  });
});

it('a saved verb is called not deployed only when that is known', () => {
  expect(titleOfStarted({ revision: 5 })).toBe('Revision 5 is saved; it was not deployed.');
  expect(titleOfStarted({ revision: 5, isDoubtful: true })).toContain('it is not known whether its deploy began');
});
