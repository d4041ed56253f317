// IPVS, for one packet with a mark: the virtual service, persistence, the scheduler's odds, the way there and back.
import { containsAddress, networkOf, printInterval } from './address';
import type { Forwarding } from './document';
import { isDirectorAddress } from './own-addresses';
import { describeScheduler, sharesOf, type RealServerShare } from './shares';
import type { Address, FwMarkGroup, Packet, Pool, RealServer, Topology } from './topology';
import { isFollowedByIpvs, isIcmpError } from './trace-mark';
import { problem, step, type TraceStep } from './trace-step';

export type Served = { pool: string | null; realServers: RealServerShare[] };

/** The service is found by mark, exactly, and by family, before any service of an address and port (lvs.md 6.1). */
export function serve(topology: Topology, packet: Packet, group: FwMarkGroup, steps: TraceStep[]): Served {
  const { pool, scheduler } = group;
  if (packet.protocol === 'icmp') {
    steps.push(icmpStep(packet));
    return { pool: null, realServers: [] };
  }
  const text = `The virtual service of mark ${group.mark} hands it to pool "${pool.name}" (${pool.forwarding}, scheduler ${scheduler}).`;
  steps.push(step('ipvs', text, 'pool', pool.name));
  steps.push(...persistenceSteps(group, packet));
  const candidates = candidatesOf(group, packet);
  const realServers = sharesOf({ realServers: candidates }, scheduler, group.schedulerFlags);
  const served = scheduleSteps(topology, group, packet, realServers, steps);
  // Those that can get it are real servers of the pool, or the fallback alone.
  const first = served.find(({ share }) => share > 0);
  if (first) {
    const forwarding = forwardingOf(pool, first.address);
    steps.push(...forwardSteps(topology, group, packet, served), ...returnSteps(topology, group, packet, forwarding));
  }
  return { pool: pool.name, realServers: served };
}

function icmpStep(packet: Packet): TraceStep {
  if (isFollowedByIpvs(packet)) {
    const text =
      'IPVS looks for the connection that this ICMP error speaks of and sends it to the real server of that connection.';
    return step('ipvs', text);
  }
  return isIcmpError(packet)
    ? step('ipvs', 'IPVS takes no ICMP error of this type to a real server: the director itself gets it.')
    : step('ipvs', 'IPVS schedules tcp, udp and sctp only: the director itself answers this ICMP packet.');
}

/** IPVS takes a real server of the other family through a tunnel only. */
function candidatesOf({ pool }: FwMarkGroup, { destination }: Packet): RealServer[] {
  return pool.forwarding === 'ipip'
    ? pool.realServers
    : pool.realServers.filter(({ address }) => address.family === destination.family);
}

function persistenceSteps({ persistence, mark, name }: FwMarkGroup, { source }: Packet): TraceStep[] {
  if (!persistence) return [];
  const { netmask, timeoutSeconds } = persistence;
  const clients = source && clientNetwork(source, netmask);
  const who = clients === undefined ? `A client (netmask ${netmask})` : `A client of ${clients} (netmask ${netmask})`;
  const text = `${who} that came within ${timeoutSeconds} s stays with its real server, for every port and address of mark ${mark}.`;
  return [step('persistence', text, 'group', name)];
}

function clientNetwork(source: Address, netmask: string): string | undefined {
  const bits = source.family === 6 ? Number(netmask) : prefixLengthOf(netmask);
  return Number.isInteger(bits) && bits >= 0 && bits <= 128 ? printInterval(networkOf(source, bits)) : undefined;
}

function prefixLengthOf(netmask: string): number {
  const bits = netmask
    .split('.')
    .map((octet) => Number(octet).toString(2).padStart(8, '0'))
    .join('');
  return /^1*0*$/.test(bits) && bits.length === 32 ? bits.replaceAll('0', '').length : NaN;
}

function scheduleSteps(
  { stack }: Topology,
  { pool, scheduler, schedulerFlags, onePacket }: FwMarkGroup,
  { protocol }: Packet,
  shares: RealServerShare[],
  steps: TraceStep[],
): RealServerShare[] {
  if (onePacket && protocol === 'udp') {
    steps.push(
      step('schedule', 'One-packet scheduling: every UDP packet is scheduled anew and no connection is kept.'),
    );
  }
  if (shares.some(({ share }) => share > 0)) {
    steps.push(
      ...oddsSteps(pool, shares, `Scheduler ${scheduler} takes ${describeScheduler(scheduler, schedulerFlags)}`),
    );
    return shares;
  }
  const { fallback } = pool;
  // keepalived counts weights for its quorum; ldirectord puts the fallback in when no real server is up, whatever its weight.
  if (fallback && (shares.length === 0 || stack === 'keepalived')) {
    const text = `Pool "${pool.name}" has no real server with a weight above 0: fallback ${fallback.address.text} (${fallback.forwarding}) serves it.`;
    steps.push(problem('schedule', text, 'real-server', fallback.address.text));
    return [...shares, { address: fallback.address.text, weight: 1, share: 1 }];
  }
  const text = `Pool "${pool.name}" has no real server with a weight above 0: the connection is refused.`;
  steps.push(problem('schedule', text, 'pool', pool.name));
  return shares;
}

function oddsSteps(pool: Pool, shares: readonly RealServerShare[], rule: string): TraceStep[] {
  const odds = shares.map(({ address, share }) => `${address} ${Math.round(share * 100)} %`).join(', ');
  const total = shares.reduce((sum, { share }) => sum + share, 0);
  const refused = Math.round((1 - total) * 100);
  return [
    step('schedule', `${rule}: ${odds}.`, 'pool', pool.name),
    ...(refused > 0
      ? [
          problem(
            'schedule',
            `${refused} % of the hashes hit a real server of weight 0 and are refused, because the scheduler does not look for another.`,
            'pool',
            pool.name,
          ),
        ]
      : []),
    ...(pool.fallback
      ? [
          step(
            'schedule',
            `When no real server is left, fallback ${pool.fallback.address.text} (${pool.fallback.forwarding}) serves it.`,
            'real-server',
            pool.fallback.address.text,
          ),
        ]
      : []),
  ];
}

/** One step for each real server that can get it. */
function forwardSteps(
  { directors }: Topology,
  { pool, persistence }: FwMarkGroup,
  { destination }: Packet,
  shares: readonly RealServerShare[],
): TraceStep[] {
  return shares
    .filter(({ share }) => share > 0)
    .map(({ address }) => {
      const server = pool.realServers.find((each) => each.address.text === address);
      const director = server && directors.find((each) => isDirectorAddress(each, server.address));
      if (director) {
        const text = `${address} is ${director.name} itself: on that director it is delivered locally, the other one sends it there by its MAC address.`;
        return step('forward', text, 'director', director.name);
      }
      const port = persistence ? undefined : (server ?? pool.fallback)?.port;
      const text = {
        masq: `Its destination becomes ${address}${port === undefined ? ', the port stays' : ` port ${port}`}.`,
        gate: `It goes unchanged to the MAC address of ${address}, which has ${destination.text} as an address of its own.`,
        ipip: `It goes unchanged inside an IP packet to ${address}, which unpacks it and has ${destination.text} as an address of its own.`,
      }[forwardingOf(pool, address)];
      return step('forward', text, 'real-server', address);
    });
}

function returnSteps(
  { directors, virtualAddresses }: Topology,
  { onePacket }: FwMarkGroup,
  { source, destination, protocol }: Packet,
  forwarding: Forwarding,
): TraceStep[] {
  const client = source?.text ?? 'the client';
  if (forwarding !== 'masq') {
    const text = `The real server answers ${client} directly as ${destination.text}; the reply does not pass the director.`;
    return [step('return', text, 'client', client)];
  }
  // ip_vs_conn_hash() keeps none of one packet, and without it ip_vs_out() leaves the reply alone.
  if (onePacket && protocol === 'udp') {
    const text = `No connection is kept of a single packet, so the director does not put ${destination.text} back as source of a reply: ${client} does not accept it.`;
    return [problem('return', text, 'client', client)];
  }
  const isNeighbour =
    source !== undefined &&
    directors.some(({ internal }) => [internal, internal.ipv6].some((on) => on && containsAddress(on.network, source)));
  if (isNeighbour) {
    const text = `The client ${source.text} is on the real servers' own network: their reply goes to it directly, past the director, and it does not accept it.`;
    return [problem('return', text, 'client', source.text)];
  }
  const gateway = [virtualAddresses.internal, virtualAddresses.internal6].find(
    (on) => on?.address.family === destination.family,
  );
  if (!gateway) {
    const text = `The real servers have no IPv${destination.family} virtual address to send their replies to.`;
    return [problem('return', text)];
  }
  const text = `The real server answers through its default route ${gateway.address.text}; the director puts ${destination.text} back as source and sends it to ${client}.`;
  return [step('return', text, 'virtual-address', 'internal')];
}

/** That of the pool for one of its real servers; the fallback has its own. */
function forwardingOf({ realServers, fallback, forwarding }: Pool, address: string): Forwarding {
  const isOwn = realServers.some((server) => server.address.text === address);
  return isOwn ? forwarding : (fallback?.forwarding ?? forwarding);
}
