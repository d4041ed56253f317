// Drift: where a director is not what its confirmed release says, object by object; times are ISO strings of the console's clock.
import { z } from 'zod';
import { forwardingSchema } from '../document';

export const driftAreaSchema = z.enum([
  'file',
  'ipvs-service',
  'real-server',
  'mark-rules',
  'nat-rules',
  'delivery',
  'sysctl',
  'module',
  'address',
  'daemon',
  'release',
]);

const server = { service: z.string(), address: z.string(), port: z.number() };
/** A hand-made change in the words of a topology document; `service` is the key of the IPVS service. */
export const adoptionSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('weight'), ...server, weight: z.number() }),
  z.object({
    kind: z.literal('service'),
    service: z.string(),
    scheduler: z.string(),
    /** Absent: not persistent. */
    persistenceSeconds: z.number().optional(),
    persistenceNetmask: z.string().optional(),
  }),
  z.object({ kind: z.literal('add-server'), ...server, weight: z.number(), forwarding: forwardingSchema }),
  z.object({ kind: z.literal('remove-server'), ...server }),
]);

export const driftItemSchema = z.object({
  /** Of what differs and how: another hand-made value is another item. */
  id: z.string(),
  area: driftAreaSchema,
  what: z.string(),
  expected: z.string(),
  observed: z.string(),
  sentence: z.string(),
  /** What would put it right, as an administrator would type it. */
  command: z.string().optional(),
  /** Files: from what the release says to what is there. Never of a secret. */
  diff: z.string().optional(),
  /** How it becomes a revision, or why it cannot. */
  adopt: z.union([adoptionSchema, z.object({ kind: z.literal('no'), why: z.string() })]),
  firstSeen: z.string(),
});

/**
 * `none`: kernel and files equal the release. `paused`: a deploy is changing the director.
 * `settling`: it took or gave up the virtual addresses just now. `not-deployed`: there is nothing to compare with.
 */
export const driftStateSchema = z.enum(['none', 'drift', 'paused', 'settling', 'not-deployed', 'unknown']);

export const hostDriftSchema = z.object({
  state: driftStateSchema,
  /** Unknown: what could not be read. */
  why: z.string().optional(),
  /** That the director is compared with, and the revision that it was made of. */
  release: z.string().optional(),
  revision: z.number().optional(),
  items: z.array(driftItemSchema),
  /** Further items that are not told one by one. */
  more: z.number(),
});

export const pairDriftSchema = z.object({
  topologyId: z.string(),
  state: driftStateSchema,
  /** The state in one sentence. */
  sentence: z.string(),
  /** Objects of both directors. */
  count: z.number(),
  release: z.string().optional(),
  revision: z.number().optional(),
  hosts: z.array(
    z.object({
      director: z.string(),
      state: driftStateSchema,
      readAt: z.string().optional(),
      /** Since when and why nothing can be said; the items are then those of the last good read. */
      unknown: z.object({ since: z.string().optional(), why: z.string() }).optional(),
      items: z.array(driftItemSchema),
      more: z.number(),
    }),
  ),
});
export type DriftState = z.infer<typeof driftStateSchema>;
export type DriftArea = z.infer<typeof driftAreaSchema>;
export type Adoption = z.infer<typeof adoptionSchema>;
export type DriftItem = z.infer<typeof driftItemSchema>;
export type HostDrift = z.infer<typeof hostDriftSchema>;
export type PairDrift = z.infer<typeof pairDriftSchema>;
