// A resolved topology: every address parsed, every name looked up. Only resolveTopology() makes one.
import type { Firewall, Forwarding, Protocol, RulesHome, Scheduler, Stack, PoolDocument } from './document';

export type Family = 4 | 6;
/** Inclusive, as numbers, so that overlap and gaps are exact at any size. */
export type AddressInterval = { family: Family; first: bigint; last: bigint };
/** `text` is canonical (no host bits lost, IPv6 compressed lower case). */
export type Address = { family: Family; value: bigint; text: string };
export type InterfaceAddress = { address: Address; prefixLength: number; network: AddressInterval };
export type PortInterval = { first: number; last: number };

export type Director = {
  name: string;
  external: InterfaceAddress & { interface: string };
  internal: InterfaceAddress & { interface: string };
  management?: { address: string; port: number; user: string };
};
/** `cidrs`: the smallest list of prefixes that is exactly the interval. */
export type VirtualRange = { name: string; interval: AddressInterval; cidrs: string[] };
export type RealServer = { address: Address; weight: number; port?: number };
export type Pool = {
  name: string;
  forwarding: Forwarding;
  realServers: RealServer[];
  healthCheck: PoolDocument['healthCheck'];
};
export type Match = { range: VirtualRange; protocol: Protocol; ports: PortInterval[] | 'all' };
export type FwMarkGroup = {
  name: string;
  /** 1..2^31-1: ipvsadm prints larger marks as negative numbers (lvs.md S3). */
  mark: number;
  matches: Match[];
  scheduler: Scheduler;
  persistence?: { timeoutSeconds: number; netmask: string };
  pool: Pool;
  overrides: string[];
};
export type Topology = {
  name: string;
  stack: Stack;
  firewall: Firewall;
  rulesHome: RulesHome;
  ftp: boolean;
  logForwarded: boolean;
  directors: Director[];
  virtualAddresses: { external: InterfaceAddress; internal: InterfaceAddress };
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
};
