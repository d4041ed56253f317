// What one poll of one director found, and what the pair of them means; times are ISO strings of the console's clock.
import { z } from 'zod';
import { ipvsServiceSchema } from '../kernel-state';
import { hostDriftSchema } from './drift';
import { hostNeedsSchema } from './live-needs';

export const firewallRuleSchema = z.object({
  table: z.string(),
  chain: z.string(),
  /** As iptables-save prints it, without counters. */
  rule: z.string(),
  /** Null where the rule has no counter: rules of nftables count only when they say so. */
  packets: z.number().nullable(),
  bytes: z.number().nullable(),
  /** From the frame before; absent or null when the two do not say. */
  packetsPerSecond: z.number().nullable().optional(),
  bytesPerSecond: z.number().nullable().optional(),
  own: z.boolean(),
  /** The mark that the rule sets, and the group it belongs to (from the `lvs:` comment), when ours. */
  mark: z.number().optional(),
  group: z.string().optional(),
});
export const counterSchema = z.object({
  key: z.string(),
  realServer: z.string().optional(),
  connections: z.number(),
  inPackets: z.number(),
  outPackets: z.number(),
  inBytes: z.number(),
  outBytes: z.number(),
});
export const liveHostSchema = z.object({
  director: z.string(),
  /** When the frame was read; absent = never. A reader shows staleness from this. */
  readAt: z.string().optional(),
  /** Why the last poll failed; the data below is then the last good one. */
  problem: z.object({ code: z.string(), message: z.string(), since: z.string() }).optional(),
  /** From the addresses that the host holds, never from a state file. */
  role: z.enum(['active', 'standby', 'unknown']),
  /** When the first of the readings ended that saw this role without another one between. */
  roleSince: z.string().optional(),
  heldVirtualAddresses: z.array(z.string()),
  services: z.array(ipvsServiceSchema),
  /** Totals and rates per second as the kernel estimates them. */
  statistics: z.array(counterSchema),
  rates: z.array(counterSchema),
  rules: z.array(firewallRuleSchema),
  /** Literal output. */
  terminal: z.object({ ipvsadm: z.string(), mangle: z.string(), nat: z.string(), daemon: z.string() }),
  syncDaemon: z.array(z.object({ role: z.enum(['master', 'backup']), interface: z.string(), syncId: z.number() })),
  daemons: z.record(z.string(), z.enum(['running', 'stopped', 'unknown'])),
  /** Read every few rounds; absent when it was not read. */
  system: z
    .object({
      /** `uname -r`; absent when an older guard does not say it. */
      kernel: z.string().optional(),
      uptimeSeconds: z.number(),
      /** The host's clock against the console's, whole seconds, +-1; negative: behind. */
      clockAheadSeconds: z.number(),
      /** What the daemon that moves the addresses says of this host: `cl_status rscstatus`, or the state that keepalived logged last. */
      heartbeat: z.string().optional(),
      vrrp: z.string().optional(),
    })
    .optional(),
  release: z.object({ live: z.string(), confirmed: z.string(), transaction: z.string() }),
  drift: hostDriftSchema,
  /** Absent in a frame of which nothing was read yet. */
  needs: hostNeedsSchema.optional(),
  pollMs: z.number(),
});
export const livePairSchema = z.object({
  topologyId: z.string(),
  hosts: z.array(liveHostSchema),
  /** Pair-level words: exactly one active, none, both. */
  state: z.enum(['one-active', 'none-active', 'both-active', 'unknown']),
  active: z.string().optional(),
  /** Since when `active` is active, as far as this console has seen. */
  activeSince: z.string().optional(),
  inSync: z.enum(['yes', 'no', 'unknown']),
  inSyncReason: z.string(),
});
export type LiveHost = z.infer<typeof liveHostSchema>;
export type LivePair = z.infer<typeof livePairSchema>;
export type FirewallRule = z.infer<typeof firewallRuleSchema>;
export type Counter = z.infer<typeof counterSchema>;
