// The forwarding methods, and what each needs of the real servers and of the pair (ipvsadm(8)).
import type { Forwarding, TopologyDocument } from '@/lib/core/document';

const words: Record<Forwarding, string> = {
  masq: 'masq: rewrite, replies through the director (-m)',
  gate: 'gate: direct routing, replies direct (-g)',
  ipip: 'ipip: tunnel, replies direct (-i)',
};

export const forwardings = Object.entries(words).map(([value, label]) => ({ value, label }));

export function forwardingNeeds(
  forwarding: Forwarding,
  { virtualAddresses }: Pick<TopologyDocument, 'virtualAddresses'>,
): string[] {
  if (forwarding === 'gate')
    return [
      'The real servers are on a network of the directors; only the MAC address is rewritten.',
      'They hold the ranges on lo and do not answer ARP for them (arp_ignore, arp_announce).',
      'The port stays as it is. A script and a unit for each real server are among the generated files.',
    ];
  if (forwarding === 'ipip')
    return [
      'The real servers may be anywhere that the directors can route to.',
      'They hold the ranges on tunl0, with rp_filter off there; the tunnel takes 20 bytes of every packet (MTU).',
      'The port stays as it is. A script and a unit for each real server are among the generated files.',
    ];
  const routes = [virtualAddresses.internal, virtualAddresses.internal6].flatMap((each) => each?.split('/')[0] || []);
  return [
    `The default route of the real servers is the internal virtual address${routes.length > 0 ? ` (${routes.join(', ')})` : ''}.`,
    'Clients are not on the real servers’ own network: their replies would go past the director.',
  ];
}
