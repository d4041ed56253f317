// Kernel state in the words of LVS: what a release must produce (intent) and what was read back share these types.
import { z } from 'zod';
import { forwardingSchema } from './document';

export type Role = 'active' | 'standby';

export const ipvsRealServerSchema = z.object({
  address: z.string(),
  port: z.number(),
  forwarding: z.union([forwardingSchema, z.literal('local')]),
  weight: z.number(),
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
  flags: z.array(z.string()),
  realServers: z.array(ipvsRealServerSchema),
});
export type IpvsService = z.infer<typeof ipvsServiceSchema>;
export type IpvsRealServer = z.infer<typeof ipvsRealServerSchema>;

/** One rule as iptables-save prints it, without counters: `-A LVS-CONSOLE -d ... -j MARK --set-xmark 0x1/0xffffffff`. */
export const firewallChainSchema = z.object({ table: z.string(), chain: z.string(), rules: z.array(z.string()) });
export const jumpSchema = z.object({ table: z.string(), from: z.string(), to: z.string() });
export const policyRuleSchema = z.object({
  family: z.union([z.literal(4), z.literal(6)]),
  priority: z.number(),
  interface: z.string(),
  mark: z.number(),
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
  policyTable: 100,
  policyPriority: 100,
  /** rtnetlink protocol number that marks our routes and policy rules as ours (free in /etc/iproute2/rt_protos). */
  routeProtocol: 76,
  comment: 'lvs-console',
} as const;
