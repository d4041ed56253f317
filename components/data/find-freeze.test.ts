// Who froze a pair, with the real verbs behind it.
import { describe, expect, it } from 'vitest';
import { deployPolicySchema, type DeployPolicy } from '@/lib/core/deploy-policy';
import { getAuditEntry, listAudit } from '@/lib/services/audit-trail';
import { createTopology } from '@/lib/services/create-topology';
import { getDeployPolicy, saveDeployPolicy } from '@/lib/services/deploy-gate';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { findFreeze } from './find-freeze';

setUpTestDatabase();

type Question = Parameters<typeof listAudit>[0]['input'];
const audit = {
  listAudit: ({ limit = 100, ...rest }: Partial<Question>) =>
    listAudit({ ctx: contextOf('viewer'), input: { ...rest, limit } }),
  getAuditEntry: (id: string) => getAuditEntry({ ctx: contextOf('viewer'), input: { id } }),
};
const now = (pairName: string, reason: string) => findFreeze(pairName, reason, audit);

/** Each change of the rules by another administrator. */
async function pairWith(name: string, ...changes: (Partial<DeployPolicy> & { by: string })[]) {
  const { topologyId } = await createTopology({ ctx: contextOf('operator'), input: { seed: true, name } });
  for (const { by, ...policy } of changes) {
    const ctx = contextOf('admin');
    const base = await getDeployPolicy({ ctx, input: { topologyId } });
    const input = { topologyId, base, policy: deployPolicySchema.parse(policy) };
    await saveDeployPolicy({ ctx: { ...ctx, account: { ...ctx.account, email: by } }, input });
  }
}

describe('who froze a pair', () => {
  it('is who began the freeze, not who changed its reason or another rule during it, nor who froze another pair', async () => {
    await pairWith(
      'edge-1',
      { by: 'long-ago', freezeReason: 'Year end.' },
      { by: 'lifted' },
      { by: 'ann', freezeReason: 'Year end.' },
      { by: 'bob', freezeReason: 'Year end, and a fair.' },
      { by: 'cid', freezeReason: 'Year end, and a fair.', needsApproval: true },
    );
    await pairWith('edge-10', { by: 'eve', freezeReason: 'Year end, and a fair.' });
    const freeze = await now('edge-1', 'Year end, and a fair.');
    expect(freeze?.by).toBe('ann');
    expect(Date.parse(freeze?.since ?? '')).toBeLessThanOrEqual(Date.now());
  });

  it.each([
    ['a pair whose rules were never changed', 'edge-2', 'Year end.'],
    ['a reason that the trail does not have under this name', 'edge-1', 'The stored policy cannot be read.'],
  ])('is not known of %s', async (_what, name, reason) => {
    expect(await now(name, reason)).toBeNull();
  });
});
