// Which differences health checks make by themselves: they are told, and neither drift nor a reason to act.
import type { Topology } from '../core/topology';
import { isQuiescentUnder } from '../render/quiescent';
import { ipvsServiceOf } from '../render/role-intent';
import type { KernelDifference } from './kernel-difference';

/** Keys of services whose dead real servers stay in the table with weight 0: there a missing one was taken out by hand. */
export function quiescentServicesOf({ groups, stack }: Topology): string[] {
  return groups.filter(({ pool }) => isQuiescentUnder(stack, pool)).map((group) => ipvsServiceOf(group).key);
}

export function isHealthMade(
  { isHealth = false, change, ipvs }: KernelDifference,
  quiescentServices: readonly string[],
): boolean {
  return isHealth && !(change === 'add' && quiescentServices.includes(ipvs?.service.wanted?.key ?? ''));
}
