// A release: one complete set of files for one director together with the kernel intent that it must produce.
import { z } from 'zod';
import { kernelIntentSchema } from './kernel-state';

export const renderedFileSchema = z.object({
  /** Absolute path on the host. */
  path: z.string().startsWith('/'),
  /** e.g. `0644`; `0600` for a secret. */
  mode: z.string().regex(/^0[0-7]{3}$/),
  content: z.string(),
  /** True: never shown, never logged; previews carry a placeholder instead of the content. */
  secret: z.boolean().default(false),
  /** One sentence: what this file does on the host. */
  purpose: z.string(),
});
export type RenderedFile = z.infer<typeof renderedFileSchema>;

/** What must happen to the daemons for the files to take effect; decided by the plan, done by the guard. */
export const daemonActionSchema = z.enum([
  'none',
  'reload-ldirectord',
  'restart-heartbeat',
  'start-heartbeat',
  'reload-keepalived',
  'restart-keepalived',
  'start-keepalived',
  'restart-ldirectord',
  'start-ldirectord',
]);
export type DaemonAction = z.infer<typeof daemonActionSchema>;

export const hostReleaseSchema = z.object({
  director: z.string(),
  files: z.array(renderedFileSchema),
  intent: kernelIntentSchema,
});
export type HostRelease = z.infer<typeof hostReleaseSchema>;

/** Facts of a host that rendering depends on; absent facts mean Debian 12 defaults. */
export type HostFacts = {
  os?: 'debian' | 'redhat';
  iptablesVariant?: 'legacy' | 'nft';
  /** Absolute paths of check programs that root's policy on the director allows (`check-scripts=`). */
  allowedCheckPrograms?: string[];
  /** `ipset` and its kernel modules are there. */
  hasIpSet?: boolean;
  /** Present /etc/sysconfig/iptables, so that foreign rules in it are kept (rulesHome: redhat). */
  sysconfigIptables?: string;
};
/** What is not in the document; `heartbeatKey` is the shared secret of authkeys. */
export type RenderSecrets = { heartbeatKey: string };
export const REDACTED = '(secret, not shown)';
