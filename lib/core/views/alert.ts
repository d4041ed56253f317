// Alerts as the API tells them: what is wrong since when, who knows of it, and whom it was told.
import { z } from 'zod';

export const alertRuleSchema = z.enum([
  'split-brain',
  'no-active',
  'director-unreachable',
  'real-server-down',
  'pool-empty',
  'drift',
  'deploy-rolled-back',
  'deploy-failed',
  'sync-daemon-silent',
]);
export const alertSeveritySchema = z.enum(['critical', 'warning']);
export const alertChannelSchema = z.enum(['webhook', 'email']);
export const alertEventSchema = z.enum(['raised', 'cleared']);
export const alertSchema = z.object({
  id: z.string(),
  topologyId: z.string(),
  topologyName: z.string(),
  rule: alertRuleSchema,
  subject: z.string(),
  severity: alertSeveritySchema,
  sentence: z.string(),
  raisedAt: z.string(),
  clearedAt: z.string().optional(),
  acknowledgedBy: z.string().optional(),
  acknowledgedAt: z.string().optional(),
  isMuted: z.boolean(),
  deliveries: z.array(
    z.object({
      channel: alertChannelSchema,
      event: alertEventSchema,
      state: z.enum(['waiting', 'sent', 'given-up']),
      attempts: z.number(),
      /** Why the last attempt failed. */
      problem: z.string().optional(),
    }),
  ),
});
export const alertMuteSchema = z.object({
  id: z.string(),
  topologyId: z.string(),
  topologyName: z.string(),
  /** `*`: every rule of the pair. */
  rule: z.union([alertRuleSchema, z.literal('*')]),
  until: z.string(),
  reason: z.string(),
  author: z.string(),
});
export const alertListSchema = z.object({
  open: z.array(alertSchema),
  /** Cleared ones, newest first, bounded. */
  past: z.array(alertSchema),
  mutes: z.array(alertMuteSchema),
  /** Whether somebody looks for what would be an alert; `lookedAt`: the last sign of who did, absent before the first. */
  watch: z.object({ isWatched: z.boolean(), lookedAt: z.string().optional() }),
});

const port = z.int().min(1).max(65_535);
/** What may be shown: neither the webhook's whole address, which often is a secret, nor the password. */
export const alertSettingsSchema = z.object({
  webhook: z.object({ isEnabled: z.boolean() }),
  email: z.object({
    isEnabled: z.boolean(),
    host: z.string().max(253),
    port,
    /** `starttls` refuses a server that does not offer it. */
    security: z.enum(['starttls', 'tls', 'none']),
    user: z.string().max(200),
    from: z.string().max(200),
    to: z.array(z.email()).max(20),
  }),
});
export const alertSettingsViewSchema = alertSettingsSchema.extend({
  webhookHost: z.string(),
  hasPassword: z.boolean(),
});
/** Left out secrets stay as they are. */
export const saveAlertSettingsInput = alertSettingsSchema.extend({
  /** What was shown when the change was made; other settings stored meanwhile are a conflict. */
  base: alertSettingsViewSchema,
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .max(2_000)
    .optional(),
  password: z.string().max(500).optional(),
});

export const defaultAlertSettings: AlertSettings = {
  webhook: { isEnabled: false },
  email: { isEnabled: false, host: '', port: 587, security: 'starttls', user: '', from: '', to: [] },
};

export type AlertRule = z.infer<typeof alertRuleSchema>;
export type AlertSeverity = z.infer<typeof alertSeveritySchema>;
export type AlertChannel = z.infer<typeof alertChannelSchema>;
export type AlertEvent = z.infer<typeof alertEventSchema>;
export type Alert = z.infer<typeof alertSchema>;
export type AlertMute = z.infer<typeof alertMuteSchema>;
export type AlertList = z.infer<typeof alertListSchema>;
export type AlertSettings = z.infer<typeof alertSettingsSchema>;
export type AlertSettingsView = z.infer<typeof alertSettingsViewSchema>;
export type SaveAlertSettings = z.infer<typeof saveAlertSettingsInput>;
