// The streamlined topology: a director as a real server, which works under gate and by its internal address only.
import { isSameAddress } from '../address';
import { error, warning, type Diagnostic } from '../diagnostic';
import type { Resolution } from '../resolution';
import type { Address } from '../topology';
import type { Check } from './check';

/**
 * Marked packets come in by a policy table, and the kernel lets a socket answer only from an address of table `local` (measured: the
 * handshake of TCP ends in a time-out, with `local <range> dev lo` it does not).
 */
const UNPROVEN =
  'A director answers only from addresses that it holds itself: for those of a routed range, and for those that its peer holds, its own service does not get a TCP connection. Use other hosts as real servers, or add `ip route add local RANGE dev lo` on both directors by hand and try it: then every unmarked port of the range reaches the director, too.';

export const checkDirectorsAsRealServers: Check = (resolution) =>
  resolution.document.pools.flatMap(({ name, forwarding }, pool) =>
    (resolution.realServers[pool] ?? []).flatMap((address, at): Diagnostic[] => {
      const held = address && holderOf(resolution, address);
      if (!held) return [];
      const path = ['pools', pool, 'realServers', at, 'address'];
      if (forwarding === 'gate' && held.isInternal) {
        const message = `Real server ${address.text} of pool "${name}" is ${held.director} itself: the streamlined topology, in which the active director serves its share and hands the rest to its peer.`;
        return [warning('director.is-real-server', path, message, UNPROVEN)];
      }
      const why =
        forwarding === 'gate'
          ? 'the peer hands packets over on the internal network, so the internal address must stand here'
          : `under ${forwarding} the peer would change the packet on its way, and the reply would leave past it`;
      const message = `Real server ${address.text} of pool "${name}" is ${held.director} itself: ${why}.`;
      return [
        error(
          'director.cannot-be-real-server',
          path,
          message,
          "Use forwarding gate and the director's internal address, or another host.",
        ),
      ];
    }),
  );

function holderOf({ document, directors }: Resolution, address: Address) {
  for (const [index, { external, internal, external6, internal6 }] of directors.entries()) {
    const director = document.directors[index]?.name ?? '';
    if ([internal, internal6].some((on) => on && isSameAddress(on.address, address))) {
      return { director, isInternal: true };
    }
    if ([external, external6].some((on) => on && isSameAddress(on.address, address))) {
      return { director, isInternal: false };
    }
  }
  return undefined;
}
