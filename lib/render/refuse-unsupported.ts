// What cannot be generated is refused with the field that asks for it; nothing of a topology is ever left out in silence.
import { error, type Diagnostic } from '../core/diagnostic';
import type { HostFacts } from '../core/release';
import type { Topology } from '../core/topology';
import { refuseChecks } from './refuse-checks';
import { refuseFamilies } from './refuse-families';
import { refuseGroups } from './refuse-groups';
import { refusePools } from './refuse-pools';
import { refuseStack } from './refuse-stack';
import { refuseUnsafeTexts } from './refuse-unsafe-texts';

/** `facts` by name of the director: what a host is not known to allow is refused as well. */
export function refuseUnsupported(topology: Topology, facts: Record<string, HostFacts> = {}): Diagnostic[] {
  if (topology.groups.length === 0) {
    return [error('render.no-group', ['groups'], 'There is no group, so there is nothing to generate.')];
  }
  const byPart = [
    ...refuseStack(topology),
    ...refuseFamilies(topology),
    ...refuseGroups(topology),
    ...refusePools(topology),
    ...refuseChecks(topology, facts),
    ...refuseUnsafeTexts(topology),
  ];
  // A pool is asked about once for each of its groups.
  return [...new Map(byPart.map((each) => [JSON.stringify(each), each])).values()];
}
