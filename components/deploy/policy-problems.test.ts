// Rules that are refused, and what the form says of them.
import { zodResolver } from '@hookform/resolvers/zod';
import type { FieldErrors } from 'react-hook-form';
import { describe, expect, it } from 'vitest';
import { deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import { policyProblems } from './policy-problems';

const good = { days: [1], from: '22:00', to: '05:00' };

/** As the form library calls it, with the fields that the form registers. */
async function problemsOf(change: Partial<DeployPolicy>) {
  const policy = deployPolicySchema.parse({});
  const names = ['needsApproval', 'approvalMinutes', 'freezeReason', 'windows'] as const;
  const { errors } = await zodResolver(deployPolicySchema)({ ...policy, ...change }, undefined, {
    ...{ fields: {}, names: [...names, 'windows.0.days'], shouldUseNativeValidation: false },
  });
  const { approvalMinutes, freezeReason, windows, ofWindow } = policyProblems(errors as FieldErrors<DeployPolicy>);
  const all = [...approvalMinutes, ...freezeReason, ...windows, ...ofWindow(0), ...ofWindow(1)];
  return all.map(({ message }) => message);
}

describe('rules that are refused', () => {
  it.each([
    ['a window without a day', { windows: [good, { ...good, days: [] }] }, 'Choose at least one day.'],
    ['a window without times', { windows: [{ ...good, from: '', to: '' }] }, 'A time of day is written as hh:mm.'],
    ['too many windows', { windows: Array.from({ length: 21 }, () => good) }, 'At most 20 windows.'],
    ['a freeze that tells a story', { freezeReason: 'x'.repeat(501) }, 'At most 500 characters.'],
    ['an approval that ends at once', { approvalMinutes: 1 }, 'From 5 to 10080 minutes.'],
    ['an approval without a time', { approvalMinutes: Number.NaN }, 'A whole number of minutes.'],
  ])('for %s are told at their place', async (_what, change, message) => {
    expect(await problemsOf(change)).toEqual([message]);
  });

  it('are none when they can be saved', async () => {
    expect(await problemsOf({ windows: [good], freezeReason: 'Year end.' })).toEqual([]);
  });
});
