// The connection table of one director: a bounded look at it, and a whole search.
import { z } from 'zod';

export const connectionSchema = z.object({
  protocol: z.string(),
  client: z.string(),
  virtual: z.string(),
  realServer: z.string(),
  state: z.string(),
  expiresSeconds: z.number(),
  /** Set by the kernel for persistence templates only: a plain row does not carry its mark (lab.md). */
  mark: z.number().optional(),
  kind: z.enum(['connection', 'template']),
  /** Made here, or told by the peer's sync daemon; absent when the listing does not say. */
  origin: z.enum(['local', 'synced']).optional(),
});
/** Which group of the deployed topology such a packet gets: computed, because the kernel does not print it. */
export const namedConnectionSchema = connectionSchema.extend({ group: z.string().optional() });

/** Empty words do not filter. Addresses: one, a prefix, first-last; `virtual` and `realServer` also with `:port`. */
export const connectionFilterSchema = z.object({
  client: z.string().max(100).default(''),
  virtual: z.string().max(100).default(''),
  realServer: z.string().max(100).default(''),
  port: z.string().max(11).default(''),
  state: z.string().max(11).default(''),
  origin: z.enum(['', 'local', 'synced']).default(''),
});

const countSchema = z.object({ name: z.string(), count: z.number() });
/** Counts of the rows that were found, most first. `isCut`: there were more kinds than the director kept apart. */
export const connectionCountsSchema = z.object({
  groups: z.array(countSchema),
  realServers: z.array(countSchema),
  states: z.array(countSchema),
  networks: z.array(countSchema),
  origins: z.array(countSchema),
  isCut: z.boolean(),
});
/** What a whole listing costs this director, from how long parts of one took it. */
export const listingForecastSchema = z.object({
  seconds: z.number(),
  /** 1: the cost grows with the rows; 2: with their square. */
  exponent: z.number(),
  /** False: only one listing was timed, and the square is assumed. */
  isMeasured: z.boolean(),
});
export const connectionPageSchema = z.object({
  director: z.string(),
  readAt: z.string(),
  rows: z.array(namedConnectionSchema),
  /** From the counts of the service table, which are cheap at any size; persistence templates are not among them. */
  total: z.number(),
  /** Rows of the table that this look passed, and those of them that hold the filter. */
  seen: z.number(),
  found: z.number(),
  /** The whole table was passed. */
  isWhole: z.boolean(),
  counts: connectionCountsSchema,
  /** Rows that do not look as the kernel prints them; the first ones in words. */
  odd: z.number(),
  diagnostics: z.array(z.string()),
  /** How long the listing was allowed to take, how long it took, and the processor time of the director for all of it. */
  boundMs: z.number(),
  tookMs: z.number(),
  cpuMs: z.number(),
  forecast: listingForecastSchema.optional(),
  /** Why there is nothing to list; empty when there is. */
  reason: z.string(),
});

export const connectionSearchSchema = z.object({
  id: z.string(),
  director: z.string(),
  filter: connectionFilterSchema,
  by: z.string(),
  startedAt: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'failed']),
  endedAt: z.string().optional(),
  /** At the start, from the service table. */
  total: z.number(),
  seen: z.number(),
  found: z.number(),
  isWhole: z.boolean(),
  counts: connectionCountsSchema,
  cpuMs: z.number().optional(),
  problem: z.string().optional(),
});
export const searchRowsSchema = z.object({ offset: z.number(), rows: z.array(namedConnectionSchema) });

export type Connection = z.infer<typeof connectionSchema>;
export type NamedConnection = z.infer<typeof namedConnectionSchema>;
export type ConnectionFilter = z.infer<typeof connectionFilterSchema>;
export type ConnectionCounts = z.infer<typeof connectionCountsSchema>;
export type ListingForecast = z.infer<typeof listingForecastSchema>;
export type ConnectionPage = z.infer<typeof connectionPageSchema>;
export type ConnectionSearch = z.infer<typeof connectionSearchSchema>;
export type SearchRows = z.infer<typeof searchRowsSchema>;
