// Follows one packet through the rules that a director gets: mark rules, policy route, IPVS, pool. The same order as the kernel.
import type { RealServerShare } from './shares';
import type { Packet, Topology } from './topology';
import { markingGroup } from './trace-mark';
import { deliver, type Delivery } from './trace-routing';
import { serve } from './trace-service';
import { reasonsOf, type TraceStep } from './trace-step';

export type Trace = {
  mark: number | null;
  group: string | null;
  /** Null when no pool gets the packet, though it may have a mark. */
  pool: string | null;
  realServers: RealServerShare[];
  /** `local`: to the director itself, where IPVS takes it over when `pool` is set. */
  delivered: Delivery;
  /** Why it goes there, a sentence each. */
  reasons: string[];
  /** The reasons and everything else on the way, in order, with the object that acts. */
  steps: TraceStep[];
};

export function tracePacket(topology: Topology, packet: Packet): Trace {
  const steps: TraceStep[] = [];
  const group = markingGroup(topology, packet, steps);
  const delivered = deliver(topology, packet, group, steps);
  const served =
    group && delivered === 'local' ? serve(topology, packet, group, steps) : { pool: null, realServers: [] };
  return {
    mark: group?.mark ?? null,
    group: group?.name ?? null,
    ...served,
    delivered,
    reasons: reasonsOf(steps),
    steps,
  };
}
