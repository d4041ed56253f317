// A deploy as its journal tells it: steps per director with the tools' own words.
import { z } from 'zod';

export const deployStateSchema = z.enum([
  'queued',
  'running',
  'verified',
  'rolling-back',
  'rolled-back',
  'failed',
  'refused',
]);
export const deployStepNameSchema = z.enum([
  'preflight',
  'lock',
  'stage',
  'check',
  'arm',
  'switch',
  'verify',
  'new-connection',
  'confirm',
  'rollback',
  'unlock',
]);
export const deployStepSchema = z.object({
  /** Ascending within the deploy. */
  sequence: z.number(),
  /** Absent: the step concerns the pair. */
  director: z.string().optional(),
  name: deployStepNameSchema,
  state: z.enum(['running', 'done', 'failed', 'unknown', 'skipped']),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** One sentence. */
  message: z.string(),
  /** The tools' own text, secrets removed. */
  output: z.string(),
});
export const deploySchema = z.object({
  id: z.string(),
  number: z.number(),
  topologyId: z.string(),
  topologyName: z.string(),
  revision: z.number(),
  planId: z.string(),
  planHash: z.string(),
  state: deployStateSchema,
  author: z.string(),
  /** Who approved the plan, where the pair needs a second person. */
  approver: z.string().optional(),
  /** Why an administrator deployed past the pair's policy. */
  breakGlass: z.string().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  endedAt: z.string().optional(),
  /** Why it failed or was rolled back, and what to do. */
  outcome: z.string().optional(),
  /** While armed, by director: when its dead-man timer fires (console clock). */
  timers: z.record(z.string(), z.string()),
  steps: z.array(deployStepSchema),
  /** At the end: what was proven, a sentence each. */
  proof: z.array(z.string()),
});
export type Deploy = z.infer<typeof deploySchema>;
export type DeployStep = z.infer<typeof deployStepSchema>;
export type DeployState = z.infer<typeof deployStateSchema>;
export type DeployStepName = z.infer<typeof deployStepNameSchema>;
