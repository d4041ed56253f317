// A plan as data: what a deploy would do to both directors, made before anything is sent. Shared by worker, API and browser.
import { z } from 'zod';
import { diagnosticSchema } from '../diagnostic';
import { daemonActionSchema } from '../release';
import { forecastSchema } from './forecast';
import { objectChangeSchema } from './object-change';

export const fileChangeSchema = z.object({
  path: z.string(),
  change: z.enum(['create', 'update', 'remove', 'unchanged']),
  secret: z.boolean(),
  /** Unified diff; empty for a secret or an unchanged file. */
  diff: z.string(),
  reason: z.string(),
});
export const kernelActionSchema = z.object({
  /** e.g. `ipvs`, `mark-rules`, `nat-rules`, `route`, `policy-rule`, `sysctl`, `module`, `daemon`. */
  kind: z.string(),
  change: z.enum(['add', 'edit', 'remove', 'reload', 'restart', 'start']),
  /** As an administrator would type it. */
  command: z.string(),
  reason: z.string(),
});
export const hostPlanSchema = z.object({
  director: z.string(),
  role: z.enum(['active', 'standby']),
  /** Release that is confirmed on the host now; `none` on first contact. The plan is stale when it differs later. */
  baseRelease: z.string(),
  files: z.array(fileChangeSchema),
  actions: z.array(kernelActionSchema),
  daemonAction: daemonActionSchema,
});
/**
 * `rolling`: standby through verify, then active. `rolling-restart`: the same with a daemon that starts anew, and one takeover where
 * it is the active one's. `together`: both in one window. What it costs stands in `impact`.
 */
export const pairModeSchema = z.enum(['rolling', 'rolling-restart', 'together']);
export type PairMode = z.infer<typeof pairModeSchema>;
export const planSchema = z.object({
  id: z.string(),
  topologyId: z.string(),
  revision: z.number(),
  /** sha256 over everything that the plan would do; an approval and a deploy bind to it. */
  hash: z.string(),
  createdAt: z.string(),
  createdBy: z.string(),
  mode: pairModeSchema,
  hosts: z.array(hostPlanSchema),
  /** What changes, in objects: groups, pools, ranges ... one sentence each. */
  summary: z.array(z.string()),
  /** The same with the values of the fields, from the revision that runs now; empty in plans of an older console. */
  objects: z.array(objectChangeSchema).default([]),
  /** The revision that runs now; absent before the first verified deploy. */
  baseRevision: z.number().optional(),
  /** What happens to traffic, in plain words. */
  impact: z.array(z.string()),
  /** Dead-man timer of the active director; the standby has 120 s more. */
  timerSeconds: z.number(),
  /** Counted when the plan was made, and again on demand: never part of the hash. */
  forecast: forecastSchema.optional(),
  problems: z.array(diagnosticSchema),
  deployable: z.boolean(),
});
export type Plan = z.infer<typeof planSchema>;
export type HostPlan = z.infer<typeof hostPlanSchema>;
export type FileChange = z.infer<typeof fileChangeSchema>;
export type KernelAction = z.infer<typeof kernelActionSchema>;
