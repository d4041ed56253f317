// The verbs of the day: what a person asks of a real server or of the pair from the live page, its forecast, and what came of it.
import { z } from 'zod';
import { realServerDocumentSchema } from '../document';
import { failoverSchema } from './failover';
import { countSchema } from './forecast';
import { objectChangeSchema } from './object-change';
import { planSchema } from './plan';

/** A real server as its document names it. */
export const serverTargetSchema = z.object({
  address: z.string().min(1).max(64),
  port: z.int().min(1).max(65535).optional(),
  /** Absent: in every pool that has it. */
  pool: z.string().max(63).optional(),
});
const ofServer = { server: serverTargetSchema };
export const pairVerbSchema = z.discriminatedUnion('kind', [
  /** Weight 0: it keeps what it has and gets nothing new. */
  z.object({ kind: z.literal('drain'), ...ofServer }),
  /** Out of the pool. */
  z.object({ kind: z.literal('halt'), ...ofServer }),
  /** With the weight that it had before. */
  z.object({ kind: z.literal('online'), ...ofServer }),
  z.object({ kind: z.literal('weight'), ...ofServer, weight: z.int().min(1).max(65535) }),
  /** Takes back what the verb that made this revision did. */
  z.object({ kind: z.literal('undo'), revision: z.int() }),
]);
/** What the verb changes: the revision that runs, or the newest one with everything else that nobody has deployed yet. */
export const verbBaseSchema = z.enum(['running', 'newest']);

/** One real server of one pool; `before` absent: it was not there, `after` absent: it goes. */
export const serverChangeSchema = z.object({
  pool: z.string(),
  /** Its place in the pool, for the way back. */
  index: z.number(),
  before: realServerDocumentSchema.optional(),
  after: realServerDocumentSchema.optional(),
});
/** Kept with the revision that a verb makes, so that another one can take it back. */
export const verbRecordSchema = z.object({
  verb: pairVerbSchema,
  base: verbBaseSchema,
  changes: z.array(serverChangeSchema),
  /** Connections of the real server when the verb was asked for. */
  connections: countSchema.optional(),
});

/** Who holds a real server: entries of the active director's connection table. */
export const serverHoldersSchema = z.object({
  director: z.string(),
  /** Absent: it could not be read, `problem` says why. */
  readAt: z.string().optional(),
  problem: z.string().optional(),
  /** Active and inactive, over all services; exact at any size. */
  connections: countSchema,
  active: countSchema,
  /** Clients that persistence binds to it, the first of them by name. */
  templateCount: countSchema,
  templates: z.array(z.object({ client: z.string(), mark: z.number().optional(), expiresSeconds: z.number() })),
  /** The longest timer of a connection: without a further packet nothing is left after it. Absent: not known, or none. */
  longestSeconds: z.number().optional(),
});

export const verbForecastSchema = z.object({
  /** What happens, in a sentence. */
  title: z.string(),
  /** What it is made from: whoever saves or deploys in between makes this forecast void. */
  newestRevision: z.number(),
  runningRevision: z.number(),
  changes: z.array(serverChangeSchema),
  /** Changes of newer revisions that nobody deployed: they go along (base `newest`) or are set aside (base `running`). */
  pending: z.array(objectChangeSchema),
  plan: planSchema,
  holders: serverHoldersSchema.optional(),
  /** When it is empty, what persistence does, what health checks do: a sentence each. */
  sentences: z.array(z.string()),
  /** Why it cannot be deployed by this person now: the pair's policy, or an open deploy. The revision can be saved. */
  refusals: z.array(z.string()),
});
export const startedVerbSchema = z.object({
  revision: z.number(),
  planId: z.string(),
  /** Absent: the revision is saved and no deploy of it is known to have begun; `why` says what it waits for. */
  deployId: z.string().optional(),
  why: z.string().optional(),
  /** The deploy was asked for and the answer was lost: it may have begun. */
  isDoubtful: z.boolean().optional(),
});

export const waitingServerSchema = z.object({
  pool: z.string(),
  address: z.string(),
  port: z.number().optional(),
  state: z.enum(['drained', 'halted']),
  /** With which `online` brings it back. */
  weightBefore: z.number(),
  /** The revision that made it so. */
  revision: z.number(),
  since: z.string(),
  by: z.string(),
  /** Connections at that time, where a verb counted them. */
  connectionsBefore: countSchema.optional(),
  /** The directors run it so; false: the revision is saved, its deploy did not end well, or waits. */
  isRunning: z.boolean(),
});
export const verbRevisionSchema = z.object({
  revision: z.number(),
  title: z.string(),
  by: z.string(),
  at: z.string(),
  /** Absent: it cannot be taken back any more, `why` says why. */
  canUndo: z.boolean(),
  why: z.string().optional(),
});
export const pairVerbsSchema = z.object({
  newestRevision: z.number(),
  runningRevision: z.number().optional(),
  openDeploy: z.object({ id: z.string(), number: z.number() }).optional(),
  servers: z.array(waitingServerSchema),
  /** Of the last verbs, newest first. */
  recent: z.array(verbRevisionSchema),
  /** The last ones, newest first. */
  failovers: z.array(failoverSchema),
});

export type ServerTarget = z.infer<typeof serverTargetSchema>;
export type PairVerb = z.infer<typeof pairVerbSchema>;
export type ServerVerb = Exclude<PairVerb, { kind: 'undo' }>;
export type VerbBase = z.infer<typeof verbBaseSchema>;
export type ServerChange = z.infer<typeof serverChangeSchema>;
export type VerbRecord = z.infer<typeof verbRecordSchema>;
export type ServerHolders = z.infer<typeof serverHoldersSchema>;
export type VerbForecast = z.infer<typeof verbForecastSchema>;
export type StartedVerb = z.infer<typeof startedVerbSchema>;
export type WaitingServer = z.infer<typeof waitingServerSchema>;
export type VerbRevision = z.infer<typeof verbRevisionSchema>;
export type PairVerbs = z.infer<typeof pairVerbsSchema>;
