// Proof that no rule catches what the pair lives on, flow by flow; or the packet that shows that one does.
import { containsAddress, printAddress } from '../address';
import { printPorts } from '../ports';
import { isPlainRange, ownAddresses } from '../own-addresses';
import type { Address, FwMarkGroup, Match, Packet, Topology, VirtualRange } from '../topology';
import { guardedFlows, type GuardedFlow } from './guarded-flows';

/** `caught`: a mark rule takes it. `cut`: an unreachable route of a range stands between it and the director. */
export type FlowVerdict = 'safe' | 'caught' | 'cut';
export type ProvenFlow = GuardedFlow & {
  verdict: FlowVerdict;
  reason: string;
  /** Of a caught flow: who marks it, and a packet of both. */
  caughtBy?: { group: string; mark: number; packet: Packet };
};
export type LockoutProof = { holds: boolean; flows: ProvenFlow[] };
type Claimant = { group: FwMarkGroup; match: Match };

export function proveLockout(topology: Topology): LockoutProof {
  const find = rangeFinder(topology);
  const flows = guardedFlows(topology).map((flow) => prove(topology, find, flow));
  return { holds: flows.every(({ verdict }) => verdict === 'safe'), flows };
}

type RangeFinder = (address: Address) => { ranges: VirtualRange[]; claimants: Claimant[] };

/** Few addresses are asked for, each very often. */
function rangeFinder({ ranges, groups }: Topology): RangeFinder {
  const known = new Map<string, ReturnType<RangeFinder>>();
  return (address) => {
    const before = known.get(address.text);
    if (before) return before;
    const holding = ranges.filter(({ interval }) => containsAddress(interval, address));
    const claimants =
      holding.length === 0
        ? []
        : groups.flatMap((group) =>
            group.matches
              .filter(({ range }) => containsAddress(range.interval, address))
              .map((match) => ({ group, match })),
          );
    const found = { ranges: holding, claimants };
    known.set(address.text, found);
    return found;
  };
}

function prove(topology: Topology, find: RangeFinder, flow: GuardedFlow): ProvenFlow {
  const { claimants } = find(flow.destination);
  if (flow.kind !== 'real-server') {
    const external = topology.directors.find(({ name }) => name === flow.director)?.external.interface ?? '';
    const last = claimants.findLast(({ match }) => doesCatch(match, flow, external));
    if (last) return caught(flow, last, external);
  }
  const cutter = cutterOf(topology, find, flow);
  if (cutter) return { ...flow, verdict: 'cut', reason: cutter };
  return { ...flow, verdict: 'safe', reason: safeReason(flow, claimants) };
}

function doesCatch(match: Match, flow: GuardedFlow, external: string): boolean {
  const { protocol, ports, source } = match;
  if (flow.interface !== undefined && (match.interface ?? external) !== flow.interface) return false;
  if (source && flow.source && !containsAddress(source.interval, flow.source)) return false;
  if (protocol === 'any') return true;
  if (flow.protocol !== 'any' && flow.protocol !== protocol) return false;
  const { first, last } = flow.ports ?? { first: 1, last: 65_535 };
  return ports === 'all' || ports.some((each) => each.first <= last && first <= each.last);
}

function caught(flow: GuardedFlow, { group, match }: Claimant, external: string): ProvenFlow {
  const packet = packetOf(flow, match, external);
  const port = packet.destinationPort === undefined ? '' : ` port ${packet.destinationPort}`;
  const reason = `Group "${group.name}" marks ${packet.protocol}${port} to ${flow.destination.text}: IPVS sends it to pool "${group.pool.name}" instead of the director.`;
  return { ...flow, verdict: 'caught', reason, caughtBy: { group: group.name, mark: group.mark, packet } };
}

/** VRRP is shown as the protocol of the match, because a packet of the trace has none of that name. */
function packetOf(flow: GuardedFlow, { protocol, ports, source, ...match }: Match, external: string): Packet {
  const wanted = flow.protocol === 'vrrp' || flow.protocol === 'any' ? protocol : flow.protocol;
  const named = wanted === 'any' ? 'tcp' : wanted;
  const { first, last } = flow.ports ?? { first: 1, last: 65_535 };
  const shared =
    ports === 'all'
      ? first
      : Math.max(first, ports.find((each) => each.first <= last && first <= each.last)?.first ?? first);
  const from = flow.source ?? (source && addressOf(source.interval));
  return {
    destination: flow.destination,
    protocol: named,
    interface: flow.interface ?? match.interface ?? external,
    ...(named !== 'icmp' && { destinationPort: shared }),
    ...(from && { source: from }),
    director: flow.director,
  };
}

function addressOf({ family, first }: { family: Address['family']; first: bigint }): Address {
  return { family, value: first, text: printAddress(family, first) };
}

/** Own addresses are local before any other route is asked. */
function cutterOf(topology: Topology, find: RangeFinder, flow: GuardedFlow): string | undefined {
  const own = ownAddresses(topology);
  const isRouted = (address: Address) =>
    own.some(({ family, value }) => family === address.family && value === address.value)
      ? undefined
      : find(address).ranges.find(({ interval }) => !isPlainRange(topology, interval));
  for (const address of [flow.destination, ...(flow.mustReach ? [flow.mustReach] : [])]) {
    const range = flow.kind === 'real-server' && address === flow.destination ? undefined : isRouted(address);
    if (range) return `${address.text} is in range "${range.name}", whose unreachable route stands before it.`;
  }
  return undefined;
}

function safeReason(flow: GuardedFlow, claimants: readonly Claimant[]): string {
  if (flow.kind === 'real-server') {
    return `Mark rules take destinations in ranges only; a client is outside of them, and ${flow.source?.text ?? 'the real server'} too.`;
  }
  if (claimants.length === 0) return `No group has a range with ${flow.destination.text}.`;
  const names = [...new Set(claimants.map(({ group }) => `"${group.name}"`))].slice(0, 3).join(', ');
  const asked = flow.ports ? `${flow.protocol} port ${printPorts([flow.ports])}` : flow.protocol;
  const where = flow.interface === undefined ? '' : ` on ${flow.interface}`;
  return `Group ${names} has a range with ${flow.destination.text}, but takes no ${asked}${where} there.`;
}
