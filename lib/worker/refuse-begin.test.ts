// The rules of a pair when a deploy begins that was asked for some time ago.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { DeployPolicy } from '../core/deploy-policy';
import { getDb, type Db } from '../db/client';
import { setUpTestDatabase } from '../testing/test-database';
import { openDeployJournal } from './deploy-journal';
import { CONSOLE_AUTHOR } from './roll-forward';

setUpTestDatabase();

const HOUR_MS = 3_600_000;
const frozen = { freezeReason: 'Year end.' };
/** Yesterday and not since, wherever in the week this runs. */
const past = { windows: [{ days: [((new Date().getUTCDay() + 5) % 7) + 1], from: '00:00', to: '00:01' }] };
type Asked = { author?: string; approver?: string; breakGlass?: string };

/** By one who may, as the services write it. */
async function approve(db: Db, planId: string, expiresAt: Date): Promise<void> {
  const approver = 'second@example.org';
  const account = { id: approver, name: 'second', email: approver, role: 'operator' };
  await db.user.upsert({ where: { id: approver }, create: account, update: {} });
  await db.approval.create({ data: { planId, planHash: 'abc', approver, expiresAt } });
}

/** What a deploy is told that was asked for like this and begins under this policy; `approvedFor`: until when from now. */
async function told(policy: Partial<DeployPolicy>, asked: Asked = {}, approvedFor?: number) {
  const db = getDb();
  const { id: topologyId } = await db.topology.create({ data: { name: `pair-${randomUUID()}`, revision: 1 } });
  const head = { topologyId, revision: 1, hash: 'abc', body: {}, createdBy: 'ann@example.org' };
  const plan = await db.plan.create({ data: head });
  if (approvedFor !== undefined) await approve(db, plan.id, new Date(Date.now() + approvedFor));
  await db.topology.update({ where: { id: topologyId }, data: { deployPolicy: policy } });
  const row = { topologyId, planId: plan.id, planHash: 'abc', revision: 1, state: 'queued', generation: 1 };
  const deploy = await db.deploy.create({ data: { ...row, author: 'ann@example.org', ...asked, openFor: topologyId } });
  return (await openDeployJournal(db, deploy.id)).refusal();
}

describe('a deploy that begins', () => {
  it.each<[string, RegExp, Partial<DeployPolicy>, Asked?, number?]>([
    ['in a freeze', /frozen: Year end\. Wait for the end of the freeze\. Then deploy again\./, frozen],
    ['out of its window', /only in its windows .* Wait for a window\. Then deploy again\./, past],
    ['without an approval', /A second person must approve .* Then deploy again\./, { needsApproval: true }],
    [
      'when its approval is over',
      /The approval of second@example\.org does not count any more\. A second person must approve/,
      { needsApproval: true },
      { approver: 'second@example.org' },
      -1_000,
    ],
    [
      'by the approval of whoever asked for it',
      /A second person must approve/,
      { needsApproval: true },
      { author: 'second@example.org' },
      HOUR_MS,
    ],
  ])('%s is refused, with what to do', async (_what, words, policy, asked, approvedFor) => {
    expect(await told(policy, asked, approvedFor)).toMatch(words);
  });

  it.each<[string, Partial<DeployPolicy>, Asked?, number?]>([
    ['under no rules', {}],
    ['with an approval that holds', { needsApproval: true }, { approver: 'second@example.org' }, HOUR_MS],
    ['past the rules with a reason', { ...frozen, needsApproval: true }, { breakGlass: 'Nothing answers any more.' }],
    ['because a pair is split', frozen, { author: CONSOLE_AUTHOR }],
  ])('%s may', async (_what, policy, asked, approvedFor) => {
    expect(await told(policy, asked, approvedFor)).toBeUndefined();
  });
});
