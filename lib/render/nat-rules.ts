// The rules of the chain LVS-CONSOLE-NAT, as iptables-save prints them: masquerading of the real servers, and the optional log.
import { addressOfFamily, printInterval } from '../core/address';
import { OWNED } from '../core/kernel-state';
import type { Director, Family, Topology } from '../core/topology';

/** Enough to see what is forwarded, too little to fill a disk (the seed: "Useful for Debugging. Questionable for Production"). */
export const LOG = { perSecond: 10, burst: 20, prefix: 'lvs-console: ' };

export type Masquerade = { network: string; interface: string };

/**
 * Connections that real servers open themselves leave with the director's own external address. Not for internal
 * destinations, and only towards the external network (lvs.md S7). Balanced connections are not touched: IPVS takes
 * them out of connection tracking. MASQUERADE and not SNAT to the virtual address: a director that is not active
 * does not hold that address, so answers to it would go to the other one. Undefined when the director is not the
 * gateway of any real server of this family.
 */
export function masqueradeOf(
  { groups }: Topology,
  { external, internal }: Director,
  family: Family,
): Masquerade | undefined {
  const inside = addressOfFamily(internal, family);
  const isGateway = groups.some(
    ({ pool, matches }) => pool.forwarding === 'masq' && matches.some(({ range }) => range.interval.family === family),
  );
  return inside && isGateway ? { network: printInterval(inside.network), interface: external.interface } : undefined;
}

export function natRulesOf(topology: Topology, director: Director, family: Family): string[] {
  const masquerade = masqueradeOf(topology, director, family);
  const comment = `-m comment --comment ${OWNED.comment}`;
  const log = `-m limit --limit ${LOG.perSecond}/sec --limit-burst ${LOG.burst} ${comment} -j LOG --log-prefix "${LOG.prefix}"`;
  return [
    ...(topology.logForwarded ? [log] : []),
    ...(masquerade
      ? [`-s ${masquerade.network} ! -d ${masquerade.network} -o ${masquerade.interface} ${comment} -j MASQUERADE`]
      : []),
  ].map((rule) => `-A ${OWNED.natChain} ${rule}`);
}
