// When a deploy of a pair may begin, and whether a second person must have approved its plan. Pure.
import { z } from 'zod';
import type { AccountRole } from './views/account';

const MINUTES = 'From 5 to 10080 minutes.';
const timeOfDaySchema = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'A time of day is written as hh:mm.');
/** Days by ISO 8601: 1 = Monday. A window whose end is not after its begin goes on until that time of the next day. */
export const deployWindowSchema = z.object({
  days: z.array(z.int().min(1).max(7)).min(1, 'Choose at least one day.'),
  from: timeOfDaySchema,
  to: timeOfDaySchema,
});
export const deployPolicySchema = z.object({
  needsApproval: z.boolean().default(false),
  /** An approval holds for this long. */
  approvalMinutes: z.int('A whole number of minutes.').min(5, MINUTES).max(10_080, MINUTES).default(60),
  /** Not empty: nothing is deployed, and this is why. */
  freezeReason: z.string().max(500, 'At most 500 characters.').default(''),
  /** Times of UTC. Empty: at any time. */
  windows: z.array(deployWindowSchema).max(20, 'At most 20 windows.').default([]),
});
export type DeployWindow = z.infer<typeof deployWindowSchema>;
export type DeployPolicy = z.infer<typeof deployPolicySchema>;

/** The least role of who may approve a plan. */
export const APPROVER: AccountRole = 'operator';

/** Why a deploy may not begin, and what to do about it: sentences. */
export type Refusal = { why: string; next: string };
export const PAST_POLICY = 'In an emergency an administrator can deploy past the policy, with a reason.';
/** One rule at the click and again when the deploy begins: `author` made the plan, `deployer` asks for its deploy; `approvals` hold now. */
export type DeployRequest = { author: string; deployer: string; approvals: readonly { approver: string }[] };

/** Everything that stands between a plan and its deploy at that moment; empty: it may begin. */
export function refuseDeploy(policy: DeployPolicy, request: DeployRequest, now: Date): Refusal[] {
  const time = refuseTime(policy, now);
  const wait = policy.freezeReason === '' ? 'Wait for a window.' : 'Wait for the end of the freeze.';
  const isApproved = !policy.needsApproval || othersOf(request).length > 0;
  const missing = {
    why: `A second person must approve this plan (made by ${request.author}) before it is deployed.`,
    next: 'Ask a second person to approve it.',
  };
  return [...(time === undefined ? [] : [{ why: time, next: wait }]), ...(isApproved ? [] : [missing])];
}

/** Whoever deploys cannot be the one who approved. */
export function othersOf({ approvals, deployer }: Omit<DeployRequest, 'author'>): string[] {
  return approvals.flatMap(({ approver }) => (approver === deployer ? [] : [approver]));
}

const DAY_MINUTES = 1440;
const WEEK_MINUTES = 7 * DAY_MINUTES;

/** Undefined when a deploy may begin now; else a sentence that says why not and what to do. */
export function refuseTime({ freezeReason, windows }: DeployPolicy, now: Date): string | undefined {
  if (freezeReason !== '') return `Deploys of this pair are frozen: ${freezeReason}`;
  if (windows.length === 0 || windows.some((window) => isInWindow(window, now))) return undefined;
  return `Deploys of this pair begin only in its windows (UTC): ${windows.map(printWindow).join('; ')}.`;
}

/** Minutes since Monday 00:00 UTC. */
function minuteOfWeek(now: Date): number {
  const day = (now.getUTCDay() + 6) % 7;
  return day * DAY_MINUTES + now.getUTCHours() * 60 + now.getUTCMinutes();
}

export function isInWindow({ days, from, to }: DeployWindow, now: Date): boolean {
  const minute = minuteOfWeek(now);
  const begin = toMinutes(from);
  const length = (toMinutes(to) - begin + DAY_MINUTES) % DAY_MINUTES || DAY_MINUTES;
  return days.some((day) => (minute - ((day - 1) * DAY_MINUTES + begin) + WEEK_MINUTES) % WEEK_MINUTES < length);
}

function toMinutes(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

export function printWindow({ days, from, to }: DeployWindow): string {
  return `${days.map((day) => DAY_NAMES[day - 1] ?? '').join(', ')} ${from} to ${to}`;
}
