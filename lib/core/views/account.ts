// People, roles and the audit trail as the API tells them.
import { z } from 'zod';

/** From the least to the most: viewer looks; operator edits and deploys; admin also trusts directors and manages people. */
export const accountRoleSchema = z.enum(['viewer', 'operator', 'admin']);
export type AccountRole = z.infer<typeof accountRoleSchema>;
export function rolesFrom(least: AccountRole): AccountRole[] {
  return accountRoleSchema.options.slice(accountRoleSchema.options.indexOf(least));
}
export const accountSchema = z.object({
  id: z.string(),
  name: z.string(),
  email: z.string(),
  role: accountRoleSchema,
  createdAt: z.string(),
});
export const auditRowSchema = z.object({
  id: z.string(),
  at: z.string(),
  actor: z.string(),
  action: z.string(),
  target: z.string(),
  source: z.string(),
  requestId: z.string(),
});
/** As an administrator sees it. Nobody signs in to an account that is not enabled, and no approval of it counts. */
export const managedAccountSchema = accountSchema.extend({ isEnabled: z.boolean() });
/** Works once; below the address at which the console is reached. */
export const signInLinkSchema = z.object({ path: z.string(), expiresAt: z.string() });
/** Whoever asks, and whether they must show a password to set another one. */
export const ownAccountSchema = accountSchema.extend({ hasPassword: z.boolean() });
/** What was there before and after is asked for one row at a time: it can be two whole documents. */
export const auditEntrySchema = auditRowSchema.extend({
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
export type Account = z.infer<typeof accountSchema>;
export type ManagedAccount = z.infer<typeof managedAccountSchema>;
export type SignInLink = z.infer<typeof signInLinkSchema>;
export type OwnAccount = z.infer<typeof ownAccountSchema>;
export type AuditRow = z.infer<typeof auditRowSchema>;
export type AuditEntry = z.infer<typeof auditEntrySchema>;
