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

/** Scheduler flags by their `ipvsadm -b` names; `flag-1` to `flag-3` are the bits without a name (ipvsadm(8)). */
export const schedulerFlagSchema = z.enum([
  'sh-fallback',
  'sh-port',
  'mh-fallback',
  'mh-port',
  'flag-1',
  'flag-2',
  'flag-3',
]);

/** `address` of either family; `address6` beside an IPv4 one when the interface carries both. */
export const interfaceAddressDocumentSchema = z.strictObject({
  interface: z.string(),
  address: z.string(),
  address6: z.string().optional(),
});
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
export const virtualAddressesDocumentSchema = z.strictObject({
  external: z.string(),
  internal: z.string(),
  external6: z.string().optional(),
  internal6: z.string().optional(),
});
export const rangeDocumentSchema = z.strictObject({ name, addresses: z.string() });
export const realServerDocumentSchema = z.strictObject({
  address: z.string(),
  weight: z.int().default(1),
  /** Rewrites the destination port of every packet under masq: refused for groups of more than one port. */
  port: z.int().optional(),
  /** Connections: none new from `upperThreshold` on, until they are fewer than `lowerThreshold` (ipvsadm -x, -y). */
  upperThreshold: z.int().optional(),
  lowerThreshold: z.int().optional(),
});
/** What ldirectord can speak (its `service=`); keepalived speaks http, https, smtp and dns. */
export const checkServiceSchema = z.enum([
  'http',
  'https',
  'http_proxy',
  'ftp',
  'smtp',
  'submission',
  'imap',
  'imaps',
  'pop',
  'pops',
  'dns',
  'ldap',
  'ldaps',
  'nntp',
  'mysql',
  'pgsql',
  'oracle',
  'radius',
  'sip',
  'simpletcp',
]);
export const healthCheckDocumentSchema = z.strictObject({
  /** `external` runs `command` on the director, where root's policy allows it; `udp`, `file` and `bfd` are keepalived's. */
  type: z.enum(['connect', 'negotiate', 'ping', 'off', 'external', 'udp', 'file', 'bfd']),
  port: z.int().optional(),
  /** Several ports, all of which must answer; keepalived only (ldirectord tries one). Instead of `port`. */
  ports: z.array(z.int()).optional(),
  /** negotiate only: what is spoken. */
  service: checkServiceSchema.optional(),
  request: z.string().optional(),
  receive: z.string().optional(),
  /** http and https: the Host header. */
  virtualHost: z.string().optional(),
  httpMethod: z.enum(['GET', 'HEAD']).optional(),
  /** http and https under keepalived: the status that means alive. */
  statusCode: z.int().optional(),
  /** Of services that ask for one. A password has no place in a document that everyone can read. */
  login: z.string().optional(),
  database: z.string().optional(),
  /** external: absolute path of the program on the director. file: path of the tracked file. bfd: name of the instance. */
  command: z.string().optional(),
  /** Failures in a row until a real server counts as dead. */
  failures: z.int().optional(),
  intervalSeconds: z.int().default(10),
  timeoutSeconds: z.int().default(3),
});
/** Gets the connections when no real server of the pool is left. */
export const fallbackDocumentSchema = z.strictObject({
  address: z.string(),
  port: z.int().optional(),
  forwarding: forwardingSchema.default('gate'),
});
export const poolDocumentSchema = z.strictObject({
  name,
  forwarding: forwardingSchema,
  realServers: z.array(realServerDocumentSchema),
  healthCheck: healthCheckDocumentSchema,
  fallback: fallbackDocumentSchema.optional(),
  /** True: a dead real server stays in the table with weight 0, and keeps its persistent clients. Absent = false. */
  quiescent: z.boolean().optional(),
});
export const matchDocumentSchema = z.strictObject({
  range: z.string(),
  protocol: protocolSchema.default('any'),
  /** Destination ports: numbers and `first-last`. Absent = all. */
  ports: z.array(z.union([z.int(), z.string()])).optional(),
  /** Only packets from here: CIDR or first-last, of the range's family. Absent = from anywhere. */
  source: z.string().optional(),
  /** Only packets that arrive here. Absent = the external interface of the director. */
  interface: z.string().optional(),
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
  schedulerFlags: z.array(schedulerFlagSchema).optional(),
  /** One-packet scheduling: every UDP packet is scheduled anew. */
  onePacket: z.boolean().optional(),
  persistence: persistenceDocumentSchema.optional(),
  pool: z.string(),
  /** Names of earlier groups whose packets this group takes on purpose; without it a shared packet is an error. */
  overrides: z.array(z.string()).optional(),
});

/** keepalived only. The identifiers are derived from the topology's name when left out. */
export const vrrpDocumentSchema = z.strictObject({
  /** 1 to 255, unique on the segment. */
  externalRouterId: z.int().optional(),
  internalRouterId: z.int().optional(),
  advertSeconds: z.int().default(1),
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
  vrrp: vrrpDocumentSchema.optional(),
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
export type SchedulerFlag = z.infer<typeof schedulerFlagSchema>;
export type HealthCheckDocument = z.infer<typeof healthCheckDocumentSchema>;
export type Scheduler = z.infer<typeof schedulerSchema>;
