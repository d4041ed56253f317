// What a packet needs on one director to reach its pool, each with the value that is wanted and the one that is there.
import { z } from 'zod';

export const needKindSchema = z.enum(['module', 'sysctl', 'mark', 'policy-rule', 'route', 'service']);
export const hostNeedSchema = z.object({
  kind: needKindSchema,
  what: z.string(),
  wanted: z.string(),
  live: z.string(),
  state: z.enum(['ok', 'differs', 'unknown']),
  /** The mark that it is about. */
  mark: z.number().optional(),
});
export const hostNeedsSchema = z.object({
  /** The revision whose release says what is wanted; absent before the first deploy: then nothing is known to be wanted. */
  revision: z.number().optional(),
  /** Why nothing could be compared. */
  problem: z.string().optional(),
  /** When marks in iptables and services were read, and when everything else was. */
  readAt: z.string(),
  settingsReadAt: z.string(),
  /** The rules that mark stand in nftables, which is read with the settings. */
  isMarkedByNftables: z.boolean(),
  /** What differs first; at most a page of them. */
  items: z.array(hostNeedSchema),
  more: z.number(),
});
export type NeedKind = z.infer<typeof needKindSchema>;
export type HostNeed = z.infer<typeof hostNeedSchema>;
export type HostNeeds = z.infer<typeof hostNeedsSchema>;
