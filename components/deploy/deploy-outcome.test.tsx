// The title over a deploy's outcome: it claims nothing that the outcome may deny.
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, it } from 'vitest';
import type { Deploy } from '@/lib/core/views/deploy';
import { DeployOutcome, outcomeTitle } from './deploy-outcome';

const ended: Deploy = {
  ...{ id: 'd', number: 7, topologyId: 't', topologyName: 'pair', revision: 1, planId: 'p', planHash: 'abc' },
  ...{ state: 'rolled-back', author: 'operator', createdAt: '', timers: {}, steps: [], proof: [] },
};

it.each([
  'Both directors are back. director1 could not be compared with what was there before.',
  'Both directors are back. What differed from its release before is so no more on director1: see the rollback steps.',
])('of a roll back does not say that everything is as before over "%s"', (outcome) => {
  const markup = renderToStaticMarkup(<DeployOutcome deploy={{ ...ended, outcome }} />);
  expect(markup).toContain(outcome);
  expect(markup.replace(outcome, '')).toContain('Rolled back: the release of this deploy is not in force.');
  expect(markup.replace(outcome, '')).not.toMatch(/before|both/);
});

it.each([
  [2, 'Deployed, verified and confirmed on both directors.'],
  [1, 'Deployed, verified and confirmed on the director.'],
])('of a deploy to %i names that many', (count, title) => {
  expect(outcomeTitle('verified', count)).toBe(title);
});
