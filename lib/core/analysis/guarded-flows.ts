// The traffic that must never be balanced: what the directors, the console and the real servers live on.
import { isSameAddress, parseAddress, printEndpoint } from '../address';
import { invariant } from '../errors';
import type { Address, Director, PortInterval, RealServer, Topology } from '../topology';

export type FlowKind = 'management' | 'heartbeat' | 'vrrp' | 'sync-daemon' | 'health-check' | 'real-server' | 'gateway';
export type FlowProtocol = 'tcp' | 'udp' | 'icmp' | 'vrrp' | 'any';
export type GuardedFlow = {
  kind: FlowKind;
  director: string;
  /** For people: `SSH to director1 at 192.168.7.4:22`. */
  text: string;
  protocol: FlowProtocol;
  destination: Address;
  /** Destination ports; absent where the protocol has none, or for all. */
  ports?: PortInterval;
  source?: Address;
  /** Absent = whichever it arrives on. */
  interface?: string;
  /** The other host must be reachable from the director too, so that no unreachable route may cover it. */
  mustReach?: Address;
};

const SSH_PORT = 22;
const HEARTBEAT_PORT = 694;
const SYNC_PORT = 8848;
/** Replies come to ports that the kernel chose itself (ip_local_port_range is 32768 to 60999 unless changed). */
const CHOSEN_PORTS: PortInterval = { first: 1024, last: 65_535 };
const VRRP_GROUPS = { 4: constantAddress('224.0.0.18'), 6: constantAddress('ff02::12') };
const SYNC_GROUP = constantAddress('224.0.0.81');

function constantAddress(text: string): Address {
  const read = parseAddress(text);
  invariant(read.ok, text);
  return read.value;
}

export function guardedFlows(topology: Topology): GuardedFlow[] {
  return topology.directors.flatMap((director) => [
    ...managementFlows(director),
    ...heartbeatFlows(topology, director),
    ...vrrpFlows(topology, director),
    ...syncFlows(topology, director),
    ...gatewayFlows(topology, director),
    ...realServerFlows(topology, director),
  ]);
}

export function ownAddressesOf({ external, internal }: Director): Address[] {
  const all = [external, internal].flatMap((on) => [on.address, ...(on.ipv6 ? [on.ipv6.address] : [])]);
  return all.filter((address, at) => all.findIndex((other) => isSameAddress(other, address)) === at);
}

function managementFlows(director: Director): GuardedFlow[] {
  const { name, management } = director;
  const own = ownAddressesOf(director);
  const read = management && parseAddress(management.address);
  const named = read?.ok === true ? read.value : undefined;
  const ports = [...new Set([SSH_PORT, management?.port ?? SSH_PORT])];
  const ends = [
    ...own.flatMap((address) => ports.map((port) => ({ address, port }))),
    ...(named && management && !own.some((address) => isSameAddress(address, named))
      ? [{ address: named, port: management.port }]
      : []),
  ];
  return ends.map(({ address, port }) => ({
    kind: 'management',
    director: name,
    text: `SSH to ${name} at ${printEndpoint(address, port)}`,
    protocol: 'tcp',
    destination: address,
    ports: { first: port, last: port },
  }));
}

/** ha.cf names a ucast to every director on both networks. */
function heartbeatFlows({ stack }: Topology, { name, external, internal }: Director): GuardedFlow[] {
  if (stack !== 'heartbeat') return [];
  return [external, internal].map(({ address, interface: device }) => ({
    kind: 'heartbeat',
    director: name,
    text: `Heartbeats to ${name} at ${printEndpoint(address, HEARTBEAT_PORT)}`,
    protocol: 'udp',
    destination: address,
    ports: { first: HEARTBEAT_PORT, last: HEARTBEAT_PORT },
    interface: device,
  }));
}

function vrrpFlows({ stack }: Topology, { name, external, internal }: Director): GuardedFlow[] {
  if (stack !== 'keepalived') return [];
  return [external, internal].flatMap(({ address, ipv6, interface: device }) =>
    [...new Set([address.family, ...(ipv6 ? [6 as const] : [])])].map((family): GuardedFlow => ({
      kind: 'vrrp',
      director: name,
      text: `VRRP adverts to ${VRRP_GROUPS[family].text} on ${device} of ${name}`,
      protocol: 'vrrp',
      destination: VRRP_GROUPS[family],
      interface: device,
    })),
  );
}

function syncFlows({ stack }: Topology, { name, internal }: Director): GuardedFlow[] {
  if (stack === 'single') return [];
  return [
    {
      kind: 'sync-daemon',
      director: name,
      text: `Connection synchronisation to ${printEndpoint(SYNC_GROUP, SYNC_PORT)} on ${internal.interface} of ${name}`,
      protocol: 'udp',
      destination: SYNC_GROUP,
      ports: { first: SYNC_PORT, last: SYNC_PORT },
      interface: internal.interface,
    },
  ];
}

function gatewayFlows({ gateways }: Topology, director: Director): GuardedFlow[] {
  return gateways.flatMap((gateway) =>
    ownAddressesOf(director)
      .filter(({ family }) => family === gateway.family)
      .map((address): GuardedFlow => ({
        kind: 'gateway',
        director: director.name,
        text: `Ping replies of gateway ${gateway.text} to ${director.name} at ${address.text}`,
        protocol: 'icmp',
        destination: address,
        source: gateway,
        mustReach: gateway,
      })),
  );
}

/** Each real server once, whatever pools it is in: the replies to health checks, and its own way out under masq. */
function realServerFlows({ pools }: Topology, director: Director): GuardedFlow[] {
  const known = new Map<string, { server: RealServer; isChecked: boolean; isMasq: boolean }>();
  for (const { realServers, healthCheck, forwarding } of pools) {
    for (const server of realServers) {
      const before = known.get(server.address.text);
      const isChecked = (before?.isChecked ?? false) || healthCheck.type !== 'off';
      const isMasq = (before?.isMasq ?? false) || forwarding === 'masq';
      known.set(server.address.text, { server, isChecked, isMasq });
    }
  }
  return [...known.values()].flatMap(({ server, isChecked, isMasq }) => [
    ...(isChecked ? healthCheckFlows(director, server) : []),
    ...(isMasq ? [replyFlow(director, server)] : []),
  ]);
}

function healthCheckFlows(director: Director, { address: source }: RealServer): GuardedFlow[] {
  return ownAddressesOf(director)
    .filter(({ family, value }) => family === source.family && value !== source.value)
    .map((address) => ({
      kind: 'health-check',
      director: director.name,
      text: `Replies of ${source.text} to health checks of ${director.name} at ${address.text}`,
      protocol: 'any',
      destination: address,
      ports: CHOSEN_PORTS,
      source,
      mustReach: source,
    }));
}

/** Some client, outside of every range: 203.0.113.9 stands for all of them. */
function replyFlow({ name, internal }: Director, { address: source }: RealServer): GuardedFlow {
  const client = source.family === 4 ? constantAddress('203.0.113.9') : constantAddress('2001:db8:ffff::9');
  return {
    kind: 'real-server',
    director: name,
    text: `Replies of ${source.text} to clients through ${name}`,
    protocol: 'any',
    destination: client,
    source,
    interface: internal.interface,
    mustReach: source,
  };
}
