// The topology document: the fixed shape of a topology as file, form, API body and database row.
//
// Addresses and marks are plain here on purpose: a draft with an impossible address must be storable and shown at
// its field. `resolveTopology` (resolve.ts) turns a document into a Topology or says why it cannot.
import { z } from 'zod';

const name = z.string().min(1).max(63);

export const stackSchema = z.enum(['heartbeat', 'keepalived', 'single']);
export const firewallSchema = z.enum(['iptables', 'nftables']);
export const rulesHomeSchema = z.enum(['systemd', 'ifupdown', 'redhat']);
export const forwardingSchema = z.enum(['masq', 'gate', 'ipip']);
export const protocolSchema = z.enum(['any', 'tcp', 'udp', 'sctp']);
/** Kernel scheduler modules `ip_vs_<name>` (lvs.md 6.1). */
export const schedulerSchema = z.enum([
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
]);

export const interfaceAddressDocumentSchema = z.strictObject({ interface: z.string(), address: z.string() });
export const managementDocumentSchema = z.strictObject({
  address: z.string(),
  port: z.int().default(22),
  user: z.string().default('root'),
});
export const directorDocumentSchema = z.strictObject({
  name,
  external: interfaceAddressDocumentSchema,
  internal: interfaceAddressDocumentSchema,
  management: managementDocumentSchema.optional(),
});
export const virtualAddressesDocumentSchema = z.strictObject({ external: z.string(), internal: z.string() });
export const rangeDocumentSchema = z.strictObject({ name, addresses: z.string() });
export const realServerDocumentSchema = z.strictObject({
  address: z.string(),
  weight: z.int().default(1),
  /** Rewrites the destination port of every packet under masq: refused for groups of more than one port. */
  port: z.int().optional(),
});
export const healthCheckDocumentSchema = z.strictObject({
  type: z.enum(['connect', 'negotiate', 'ping', 'off']),
  port: z.int().optional(),
  /** negotiate only: what is spoken. */
  service: z.enum(['http', 'https', 'ftp', 'smtp', 'imap', 'pop', 'dns']).optional(),
  request: z.string().optional(),
  receive: z.string().optional(),
  intervalSeconds: z.int().default(10),
  timeoutSeconds: z.int().default(3),
});
export const poolDocumentSchema = z.strictObject({
  name,
  forwarding: forwardingSchema,
  realServers: z.array(realServerDocumentSchema),
  healthCheck: healthCheckDocumentSchema,
});
export const matchDocumentSchema = z.strictObject({
  range: z.string(),
  protocol: protocolSchema.default('any'),
  /** Destination ports: numbers and `first-last`. Absent = all. */
  ports: z.array(z.union([z.int(), z.string()])).optional(),
});
export const persistenceDocumentSchema = z.strictObject({
  timeoutSeconds: z.int(),
  netmask: z.string().default('255.255.255.255'),
});
export const groupDocumentSchema = z.strictObject({
  name,
  mark: z.int(),
  matches: z.array(matchDocumentSchema),
  scheduler: schedulerSchema,
  persistence: persistenceDocumentSchema.optional(),
  pool: z.string(),
  /** Names of earlier groups whose packets this group takes on purpose; without it a shared packet is an error. */
  overrides: z.array(z.string()).optional(),
});

export const topologyDocumentSchema = z.strictObject({
  apiVersion: z.literal('lvs-console/v1'),
  kind: z.literal('Topology'),
  name,
  stack: stackSchema,
  firewall: firewallSchema,
  rulesHome: rulesHomeSchema,
  ftp: z.boolean().default(false),
  logForwarded: z.boolean().default(false),
  directors: z.array(directorDocumentSchema),
  virtualAddresses: virtualAddressesDocumentSchema,
  gateways: z.array(z.string()).default([]),
  ranges: z.array(rangeDocumentSchema),
  pools: z.array(poolDocumentSchema),
  groups: z.array(groupDocumentSchema),
});
export type TopologyDocument = z.infer<typeof topologyDocumentSchema>;
export type DirectorDocument = z.infer<typeof directorDocumentSchema>;
export type PoolDocument = z.infer<typeof poolDocumentSchema>;
export type GroupDocument = z.infer<typeof groupDocumentSchema>;
export type MatchDocument = z.infer<typeof matchDocumentSchema>;
export type RangeDocument = z.infer<typeof rangeDocumentSchema>;

export type Stack = z.infer<typeof stackSchema>;
export type Firewall = z.infer<typeof firewallSchema>;
export type RulesHome = z.infer<typeof rulesHomeSchema>;
export type Forwarding = z.infer<typeof forwardingSchema>;
export type Protocol = z.infer<typeof protocolSchema>;
export type Scheduler = z.infer<typeof schedulerSchema>;
