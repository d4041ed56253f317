// Which differences health checks make by themselves: they are told, and neither drift nor a reason to act.
import type { Topology } from '../core/topology';
import { isQuiescentUnder } from '../render/quiescent';
import { ipvsServiceOf } from '../render/role-intent';
import type { KernelDifference } from './kernel-difference';

/**
 * Keys of services by what the checks do to a real server that is dead: `weightless`, it stays in the table with weight 0, so that a missing
 * one was taken out by hand; `removed`, it leaves the table, so that weight 0 was set by hand. Of the others both are the checks' doing.
 */
export type HealthWays = { weightless: string[]; removed: string[] };

export const ANY_WAY: HealthWays = { weightless: [], removed: [] };

/** Which of the two keepalived does depends on each check of its file; nobody but it puts the table right, so it is believed. */
export function healthWaysOf({ groups, stack }: Topology): HealthWays {
  const ways: HealthWays = { weightless: [], removed: [] };
  for (const group of groups) {
    const { key } = ipvsServiceOf(group);
    if (isQuiescentUnder(stack, group.pool)) ways.weightless.push(key);
    else if (stack !== 'keepalived') ways.removed.push(key);
  }
  return ways;
}

export function isHealthMade({ isHealth = false, change, ipvs }: KernelDifference, ways: HealthWays): boolean {
  const key = ipvs?.service.wanted?.key ?? '';
  return isHealth && !(change === 'add' ? ways.weightless : ways.removed).includes(key);
}
