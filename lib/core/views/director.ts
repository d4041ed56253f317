// A director as the console knows it: where it is managed, whose host key was accepted, what it said of itself.
import { z } from 'zod';

/** How the console acts there: as root by a forced command, or as a user of its own whom sudo lets start the guard. */
export const accessFormSchema = z.enum(['root', 'sudo']);
/** Who logs in under a form, on a director where `present` does now. */
export function userOfForm(form: AccessForm, present: string): string {
  if (form === 'root') return 'root';
  return present === 'root' ? 'lvs-console' : present;
}

/** What a login was seen to be; `plain` = its key is bound to no command, so it may do whatever its user may. */
export const seenAccessSchema = z.enum(['root', 'root-plain', 'sudo', 'sudo-plain']);

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
  /** As last seen; absent before the first test. */
  access: seenAccessSchema.optional(),
  /** Whether the key that only reads is let in: else the live view reads with the key that deploys. */
  hasReadKey: z.boolean().optional(),
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
export type AccessForm = z.infer<typeof accessFormSchema>;
export type SeenAccess = z.infer<typeof seenAccessSchema>;
export type DirectorView = z.infer<typeof directorViewSchema>;
export type HostKeyScan = z.infer<typeof hostKeyScanSchema>;
export type ConnectionTest = z.infer<typeof connectionTestSchema>;
