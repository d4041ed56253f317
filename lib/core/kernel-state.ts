// Kernel state in the words of LVS: what a release must produce (intent) and what was read back share these types.
import { z } from 'zod';
import { forwardingSchema } from './document';

export type Role = 'active' | 'standby';

export const ipvsRealServerSchema = z.object({
  address: z.string(),
  port: z.number(),
  forwarding: z.union([forwardingSchema, z.literal('local')]),
  weight: z.number(),
  /** Wanted: absent = none. Read back: 0 = none, absent = not told. */
  upperThreshold: z.number().optional(),
  lowerThreshold: z.number().optional(),
  activeConnections: z.number().optional(),
  inactiveConnections: z.number().optional(),
});
export const ipvsServiceSchema = z.object({
  /** `fwm:1`, `fwm6:1`, `tcp:192.0.2.1:80`. */
  key: z.string(),
  mark: z.number().optional(),
  family: z.union([z.literal(4), z.literal(6)]),
  scheduler: z.string(),
  persistenceSeconds: z.number().optional(),
  persistenceNetmask: z.string().optional(),
  /** Scheduler flags by their `ipvsadm -b` names, and `ops` for one-packet scheduling. */
  flags: z.array(z.string()),
  realServers: z.array(ipvsRealServerSchema),
});
export type IpvsService = z.infer<typeof ipvsServiceSchema>;
export type IpvsRealServer = z.infer<typeof ipvsRealServerSchema>;

/** One rule as iptables-save prints it, without counters: `-A LVS-CONSOLE -d ... -j MARK --set-xmark 0x1/0xffffffff`. */
const familySchema = z.union([z.literal(4), z.literal(6)]);
export const firewallChainSchema = z.object({
  family: familySchema.default(4),
  table: z.string(),
  chain: z.string(),
  rules: z.array(z.string()),
});
export const jumpSchema = z.object({
  family: familySchema.default(4),
  table: z.string(),
  from: z.string(),
  to: z.string(),
});
/** A set of ipset(8) that own chains look into. `options` as after the type in `ipset save`, `entries` likewise. */
export const ipSetSchema = z.object({
  name: z.string().startsWith('lvs-console'),
  type: z.string(),
  options: z.string(),
  entries: z.array(z.string()),
});
export type IpSet = z.infer<typeof ipSetSchema>;
export const policyRuleSchema = z.object({
  family: z.union([z.literal(4), z.literal(6)]),
  priority: z.number(),
  interface: z.string(),
  /** Absent: packets by `destination` alone (streamlined topology: what the active director hands to its peer). */
  mark: z.number().optional(),
  destination: z.string().optional(),
  table: z.number(),
});
export const ownedRouteSchema = z.object({
  family: z.union([z.literal(4), z.literal(6)]),
  type: z.enum(['local', 'unreachable']),
  /** Prefix or `default`. */
  destination: z.string(),
  /** Number or `main`. */
  table: z.string(),
  device: z.string().optional(),
});

/** What the kernel of one director must hold after a release, by role. */
export const kernelIntentSchema = z.object({
  always: z.object({
    modules: z.array(z.string()),
    sysctls: z.record(z.string(), z.string()),
    chains: z.array(firewallChainSchema),
    jumps: z.array(jumpSchema),
    sets: z.array(ipSetSchema).default([]),
    /** firewall nftables: the body of the one owned table as `nft -f` reads it; then there are no chains, jumps and sets. */
    nftables: z.string().optional(),
    /** stack single: the virtual addresses, which no daemon moves. */
    addresses: z.array(z.object({ address: z.string(), prefixLength: z.number(), interface: z.string() })).default([]),
    policyRules: z.array(policyRuleSchema),
    routes: z.array(ownedRouteSchema),
  }),
  active: z.object({
    virtualAddresses: z.array(z.object({ address: z.string(), prefixLength: z.number(), interface: z.string() })),
    ipvs: z.array(ipvsServiceSchema),
    syncDaemon: z.object({ role: z.enum(['master', 'backup']), interface: z.string(), syncId: z.number() }).optional(),
  }),
  standby: z.object({
    ipvs: z.array(ipvsServiceSchema),
    syncDaemon: z.object({ role: z.enum(['master', 'backup']), interface: z.string(), syncId: z.number() }).optional(),
  }),
});
export type KernelIntent = z.infer<typeof kernelIntentSchema>;

/** The console's own objects on a host: nothing else is ever changed. */
export const OWNED = {
  mangleChain: 'LVS-CONSOLE',
  natChain: 'LVS-CONSOLE-NAT',
  nftablesTable: 'lvs-console',
  ipSetPrefix: 'lvs-console',
  policyTable: 100,
  policyPriority: 100,
  /** rtnetlink protocol number that marks our routes and policy rules as ours (free in /etc/iproute2/rt_protos). */
  routeProtocol: 76,
  comment: 'lvs-console',
} as const;

/** Of a route or policy rule as `ip` lists it. */
export function isOwned({ protocol }: { protocol?: string }): boolean {
  return protocol === String(OWNED.routeProtocol);
}
