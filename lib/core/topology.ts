// A resolved topology: every address parsed, every name looked up. Only resolveTopology() makes one.
import type {
  Firewall,
  Forwarding,
  HealthCheckDocument,
  Protocol,
  RulesHome,
  Scheduler,
  SchedulerFlag,
  Stack,
} from './document';

export type Family = 4 | 6;
/** Inclusive, as numbers, so that overlap and gaps are exact at any size. */
export type AddressInterval = { family: Family; first: bigint; last: bigint };
/** `text` is canonical (no host bits lost, IPv6 compressed lower case). */
export type Address = { family: Family; value: bigint; text: string };
export type InterfaceAddress = { address: Address; prefixLength: number; network: AddressInterval };
export type PortInterval = { first: number; last: number };

/** `ipv6`: the second address of an interface that carries both families. `addressOfFamily` (address.ts) picks one. */
export type DirectorInterface = InterfaceAddress & { interface: string; ipv6?: InterfaceAddress };
export type Director = {
  name: string;
  external: DirectorInterface;
  internal: DirectorInterface;
  management?: { address: string; port: number; user: string };
};
/** `cidrs`: the smallest list of prefixes that is exactly the interval. */
export type VirtualRange = { name: string; interval: AddressInterval; cidrs: string[] };
export type RealServer = {
  address: Address;
  weight: number;
  port?: number | undefined;
  upperThreshold?: number | undefined;
  lowerThreshold?: number | undefined;
};
export type Fallback = { address: Address; port?: number | undefined; forwarding: Forwarding };
export type Pool = {
  name: string;
  forwarding: Forwarding;
  realServers: RealServer[];
  healthCheck: HealthCheckDocument;
  fallback?: Fallback;
  quiescent: boolean;
};
/** `source` absent = from anywhere; `interface` absent = the external interface of the director. */
export type Match = {
  range: VirtualRange;
  protocol: Protocol;
  ports: PortInterval[] | 'all';
  source?: { interval: AddressInterval; cidrs: string[] };
  interface?: string;
};
export type FwMarkGroup = {
  name: string;
  /** 1..2^31-1: ipvsadm prints larger marks as negative numbers (lvs.md S3). */
  mark: number;
  matches: Match[];
  scheduler: Scheduler;
  schedulerFlags: SchedulerFlag[];
  onePacket: boolean;
  /** `netmask`: dotted for IPv4, a prefix length as text for IPv6. */
  persistence?: { timeoutSeconds: number; netmask: string };
  pool: Pool;
  overrides: string[];
};
/** `external` and `internal` of either family; the others beside IPv4 ones when the pair serves both. */
export type VirtualAddresses = {
  external: InterfaceAddress;
  internal: InterfaceAddress;
  external6?: InterfaceAddress;
  internal6?: InterfaceAddress;
};
export type Topology = {
  name: string;
  stack: Stack;
  firewall: Firewall;
  rulesHome: RulesHome;
  ftp: boolean;
  logForwarded: boolean;
  directors: Director[];
  virtualAddresses: VirtualAddresses;
  /** keepalived only; identifiers are always set, derived from the name when the document has none. */
  vrrp: { externalRouterId: number; internalRouterId: number; advertSeconds: number };
  gateways: Address[];
  ranges: VirtualRange[];
  pools: Pool[];
  groups: FwMarkGroup[];
};
/** What can arrive: `interface` is the name on the director. ICMP carries no port. */
export type Packet = {
  source?: Address;
  destination: Address;
  protocol: 'tcp' | 'udp' | 'sctp' | 'icmp';
  destinationPort?: number;
  /** ICMP only; absent = 8, an echo request. */
  icmpType?: number;
  interface: string;
  /** The director that gets it; absent = the first whose external interface has this name, else the first. */
  director?: string;
};
