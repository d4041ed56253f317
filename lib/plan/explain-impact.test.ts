import { expect, it } from 'vitest';
import type { HostPlan } from '../core/views/plan';
import { explainImpact } from './explain-impact';

const unchanged: HostPlan = {
  ...{ director: 'director1', role: 'active', baseRelease: '1-aaaaaaaa', files: [], actions: [], daemonAction: 'none' },
};

it.each([
  [1, 'Nothing changes on the director; the deploy only verifies.'],
  [2, 'Nothing changes on either director; the deploy only verifies.'],
])('speaks of %i directors as they are', (count, sentence) => {
  expect(explainImpact(Array<HostPlan>(count).fill(unchanged), 'rolling')).toEqual([sentence]);
});
