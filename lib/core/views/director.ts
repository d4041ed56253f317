// A director as the console knows it: where it is managed, whose host key was accepted, what it said of itself.
import { z } from 'zod';

export const directorViewSchema = z.object({
  id: z.string(),
  topologyId: z.string(),
  topologyName: z.string(),
  name: z.string(),
  address: z.string(),
  port: z.number(),
  user: z.string(),
  trust: z.enum(['untrusted', 'trusted', 'changed']),
  /** `SHA256:...` of the accepted key, and of the key that was offered instead when trust is `changed`. */
  fingerprint: z.string().optional(),
  offeredFingerprint: z.string().optional(),
  acceptedBy: z.string().optional(),
  acceptedAt: z.string().optional(),
  guardVersion: z.string().optional(),
  /** Plain facts, label -> value, as last read. */
  facts: z.record(z.string(), z.string()),
  factsReadAt: z.string().optional(),
  problem: z.string().optional(),
});
export const hostKeyScanSchema = z.object({
  address: z.string(),
  port: z.number(),
  keyType: z.string(),
  fingerprint: z.string(),
});
export const connectionTestSchema = z.object({
  ok: z.boolean(),
  /** What was tried and how it went, in order. */
  steps: z.array(z.object({ name: z.string(), ok: z.boolean(), message: z.string() })),
});
export type DirectorView = z.infer<typeof directorViewSchema>;
export type HostKeyScan = z.infer<typeof hostKeyScanSchema>;
export type ConnectionTest = z.infer<typeof connectionTestSchema>;
