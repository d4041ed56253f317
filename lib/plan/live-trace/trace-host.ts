// One packet through what one director was read to hold: rules, routing, input rules, virtual service, in the kernel's order.
import type { Packet } from '../../core/topology';
import type { LiveAnswer } from '../../core/views/live-trace';
import type { ObservedHost } from '../observed-host';
import { say, startJourney, type Journey } from './journey';
import { routePacket } from './route-packet';
import { servePacket } from './serve-packet';
import { walkInput, walkPrerouting } from './walk-iptables';
import { walkNftables } from './walk-nftables';

/** The packet opens a connection, or belongs to none: what is established goes on by what IPVS remembers of it. */
export function traceHost(observed: ObservedHost, packet: Packet): LiveAnswer {
  const journey = startJourney(observed, packet);
  walkPrerouting(journey);
  walkNftables(journey);
  if (!journey.decidedBy && !journey.isDropped) say(journey, 'rules', noMark(journey));
  const delivered = deliver(journey);
  const served = delivered === 'local' ? servePacket(journey) : { realServers: [] };
  const { mark, decidedBy, steps, doubts } = journey;
  return { mark, ...(decidedBy && { decidedBy }), delivered, ...served, steps, doubts, notRead: notReadOf(observed) };
}

function noMark({ packet }: Journey): string {
  return `No rule marks what comes on ${packet.interface} for ${packet.destination.text}.`;
}

function deliver(journey: Journey): LiveAnswer['delivered'] {
  if (journey.isDropped) return 'dropped';
  const routed = routePacket(journey);
  if (routed === 'local') walkInput(journey);
  return journey.isDropped ? 'dropped' : routed;
}

const NFT_OF_OTHERS =
  "Tables of nftables that are not the console's (nft list ruleset): a rule there may mark or drop the packet first.";
const OTHER_VARIANT =
  'Rules of the other variant of iptables (iptables-legacy beside iptables-nft), when somebody made some.';

/** What is built into a kernel is no module, so that only a host without any tool for it surely has none of it. */
function notReadOf({ nftables, modules }: ObservedHost): string[] {
  const hasNft = nftables !== undefined || modules.includes('nf_tables');
  const hasBoth =
    modules.includes('nf_tables') && modules.some((name) => /^ip6?table_(raw|mangle|nat|filter)$/.test(name));
  return [...(hasNft ? [NFT_OF_OTHERS] : []), ...(hasBoth ? [OTHER_VARIANT] : [])];
}
