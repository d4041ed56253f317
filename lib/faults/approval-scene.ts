// Part D, four eyes: an approval that does not fit any more, because its time is over or because the plan was made anew, begins nothing.
import { deployPolicySchema } from '../core/deploy-policy';
import { ServiceError } from '../core/errors';
import type { AccountRole } from '../core/views/account';
import type { Plan } from '../core/views/plan';
import { openContext, type VerbContext } from '../services/context';
import { approvePlan, getDeployPolicy, saveDeployPolicy } from '../services/deploy-gate';
import { startDeploy } from '../services/start-deploy';
import { callWorker } from '../worker/client';
import { untilEnded } from '../worker/test-console';
import type { Broken } from './invariants';
import { DIRECTORS, type Rig } from './rig';
import { END_MS, type Scene } from './run-cell';

/** An approval counts for as long as its approver may approve, so he is an account; who asks is told by the session. */
const APPROVER = { id: 'faults-second', name: 'second', email: 'second@example.org', role: 'operator' } as const;

const personOf = (name: string, role: AccountRole): VerbContext =>
  openContext(
    { id: name, name, email: `${name}@example.org`, role, createdAt: new Date(0).toISOString() },
    'terminal',
    name,
  );
const first = () => personOf('first', 'operator');
const second = () => personOf('second', 'operator');

/** What a deploy would change, on both directors and in the database. */
async function pictureOf({ lab, db, topologyId }: Rig): Promise<string> {
  const script =
    'cat /var/lib/lvs-console/generation; ls -l --time-style=full-iso /var/lib/lvs-console /var/lib/lvs-console/releases';
  const told = await Promise.all(DIRECTORS.map((director) => lab.exec(director, ['sh', '-c', script])));
  return JSON.stringify([await db.deploy.count({ where: { topologyId } }), told.map(({ stdout }) => stdout)]);
}

async function refused(rig: Rig, plan: Plan, what: string): Promise<Broken[]> {
  const before = await pictureOf(rig);
  const broken: Broken[] = [];
  try {
    await startDeploy({ ctx: first(), input: { planId: plan.id, planHash: plan.hash } });
    broken.push({ invariant: 0, what: `${what} began a deploy` });
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'forbidden') throw error;
  }
  if ((await pictureOf(rig)) !== before)
    broken.push({ invariant: 0, what: `${what} was refused and changed something` });
  return broken;
}

async function setPolicy(rig: Rig, needsApproval: boolean): Promise<void> {
  const ctx = personOf('keeper', 'admin');
  const { topologyId } = rig;
  const base = await getDeployPolicy({ ctx, input: { topologyId } });
  await saveDeployPolicy({ ctx, input: { topologyId, base, policy: deployPolicySchema.parse({ needsApproval }) } });
}

/** The deploy at the end has an approval that fits: it was the approval that stood in the way. */
const staleApproval: Scene['play'] = async (rig, { later }) => {
  const makePlan = () =>
    callWorker('makePlan', { topologyId: rig.topologyId, revision: later, actor: first().account.email });
  await setPolicy(rig, true);
  await rig.db.user.create({ data: APPROVER });
  try {
    const plan = await makePlan();
    const input = { planId: plan.id, planHash: plan.hash };
    await approvePlan({ ctx: second(), input });
    await rig.db.approval.updateMany({ where: { planId: plan.id }, data: { expiresAt: new Date(Date.now() - 1) } });
    const broken = await refused(rig, plan, 'an approval whose time is over');
    await approvePlan({ ctx: second(), input });
    broken.push(...(await refused(rig, await makePlan(), 'the approval of another plan')));
    const { id } = await startDeploy({ ctx: first(), input });
    return {
      deploy: await untilEnded(rig.db, id, END_MS),
      note: 'two approvals that did not fit, and one that did',
      broken,
    };
  } finally {
    await rig.db.user.delete({ where: { id: APPROVER.id } });
    await setPolicy(rig, false);
  }
};

export const approvalScene: Scene = { id: 'D/stale-approval', play: staleApproval, savesTwo: true, ends: ['verified'] };
