// A planned failover: what was found before it, what was asked for, and the gap that was measured.
import { z } from 'zod';

/**
 * `refused`: it would end badly. `warning`: a person may go past it. `unknown`: nobody can say before it is done.
 */
export const failoverFindingSchema = z.object({
  code: z.string(),
  state: z.enum(['ok', 'warning', 'refused', 'unknown']),
  /** What was looked at, in a few words. */
  what: z.string(),
  sentence: z.string(),
});
export const failoverCheckSchema = z.object({
  /** Absent: nobody is known to be active. */
  from: z.string().optional(),
  to: z.string().optional(),
  checkedAt: z.string(),
  findings: z.array(failoverFindingSchema),
  /** What happens to traffic. */
  forecast: z.array(z.string()),
});
/** Bounds, because the addresses move between two looks. Seconds. */
export const failoverGapSchema = z.object({
  shortestSeconds: z.number(),
  longestSeconds: z.number(),
  /** When the first address was gone and when all had arrived, as first seen (console clock). */
  leftAt: z.string(),
  arrivedAt: z.string(),
  /** Looks at both directors, and how far they were apart. */
  looks: z.number(),
  everyMs: z.number(),
});
export const failoverSchema = z.object({
  id: z.string(),
  from: z.string(),
  to: z.string(),
  /** `unknown`: nobody saw how it ended. */
  state: z.enum(['running', 'done', 'failed', 'unknown']),
  author: z.string(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  message: z.string(),
  /** Codes of findings that its author went past. */
  warnings: z.array(z.string()),
  gap: failoverGapSchema.optional(),
});
export type FailoverFinding = z.infer<typeof failoverFindingSchema>;
export type FailoverCheck = z.infer<typeof failoverCheckSchema>;
export type FailoverGap = z.infer<typeof failoverGapSchema>;
export type Failover = z.infer<typeof failoverSchema>;
