// What a plan means for the connections that exist now, group by group. A count that nobody could read is `unknown`, never 0.
import { z } from 'zod';

export const countSchema = z.union([z.number(), z.literal('unknown')]);

export const connectionFatesSchema = z.object({
  now: countSchema,
  kept: countSchema,
  /** Their real server leaves the service, or the service itself goes. */
  loseServer: countSchema,
  /** Their packets are in no group any more, so that they do not reach IPVS. */
  unmatched: countSchema,
  /** The daemons restart: they go on only where the other director takes over and knows them. */
  uncertain: countSchema,
  /** Among the kept ones: on a real server that takes no new connections from now on. */
  draining: countSchema,
});
export const persistenceFatesSchema = z.object({
  now: countSchema,
  kept: countSchema,
  lost: countSchema,
  uncertain: countSchema,
});
export const groupForecastSchema = z.object({
  group: z.string(),
  /** The IPVS service: `fwm:1`, `fwm6:1`. */
  service: z.string(),
  change: z.enum(['untouched', 'added', 'removed', 'changed']),
  /** Why, a sentence each; an untouched group says why it is that. */
  reasons: z.array(z.string()),
  connections: connectionFatesSchema,
  /** Clients that are bound to a real server (persistence templates). */
  persistence: persistenceFatesSchema,
});
export const interruptionSchema = z.object({
  kind: z.enum(['none', 'reload', 'restart', 'start']),
  /** Without service; absent where nobody has measured it. */
  seconds: z.object({ from: z.number(), to: z.number() }).optional(),
  sentences: z.array(z.string()),
});
export const forecastSchema = z.object({
  /** The one whose table was counted. */
  director: z.string(),
  /** When; absent: it could not be read. */
  readAt: z.string().optional(),
  /** What is not known, and why, a sentence each. */
  limits: z.array(z.string()),
  interruption: interruptionSchema,
  groups: z.array(groupForecastSchema),
  totals: z.object({ connections: connectionFatesSchema, persistence: persistenceFatesSchema }),
});
export type Count = z.infer<typeof countSchema>;
export type ConnectionFates = z.infer<typeof connectionFatesSchema>;
export type PersistenceFates = z.infer<typeof persistenceFatesSchema>;
export type GroupForecast = z.infer<typeof groupForecastSchema>;
export type Interruption = z.infer<typeof interruptionSchema>;
export type Forecast = z.infer<typeof forecastSchema>;
