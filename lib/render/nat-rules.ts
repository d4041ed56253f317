// The rules of the chain LVS-CONSOLE-NAT, as iptables-save prints them: masquerading of the real servers, and the optional log.
import { printInterval } from '../core/address';
import { OWNED } from '../core/kernel-state';
import type { Director, Topology } from '../core/topology';

/** Enough to see what is forwarded, too little to fill a disk (the seed: "Useful for Debugging. Questionable for Production"). */
const LOG_LIMIT = '-m limit --limit 10/sec --limit-burst 20';

/**
 * Connections that real servers open themselves leave with the director's own external address. Not for internal
 * destinations, and only towards the external network (lvs.md S7). Balanced connections are not touched: IPVS takes
 * them out of connection tracking. MASQUERADE and not SNAT to the virtual address: a director that is not active
 * does not hold that address, so answers to it would go to the other one.
 */
export function natRulesOf({ logForwarded }: Topology, { external, internal }: Director): string[] {
  const network = printInterval(internal.network);
  const masquerade = `-A ${OWNED.natChain} -s ${network} ! -d ${network} -o ${external.interface} -m comment --comment ${OWNED.comment} -j MASQUERADE`;
  const log = `-A ${OWNED.natChain} ${LOG_LIMIT} -m comment --comment ${OWNED.comment} -j LOG --log-prefix "lvs-console: "`;
  return logForwarded ? [log, masquerade] : [masquerade];
}
