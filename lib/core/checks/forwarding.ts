// What a forwarding method does to packets that its users do not expect.
import { info } from '../diagnostic';
import type { Check } from './check';

/** 20 bytes of outer header: IPVS answers "fragmentation needed" to packets that do not fit and may not be cut (lvs.md 2.2). */
export const checkTunnelMtu: Check = ({ document }) =>
  document.pools.flatMap(({ name, forwarding }, index) => {
    if (forwarding !== 'ipip') return [];
    const message = `Pool "${name}" wraps packets into others: those of full size do not fit any more, and clients whose firewall drops ICMP "fragmentation needed" hang.`;
    const hint =
      'Let the network between director and real server carry 1520 bytes, or lower the MSS on the real servers.';
    return [info('forwarding.tunnel-mtu', ['pools', index, 'forwarding'], message, hint)];
  });
