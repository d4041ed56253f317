// The typed verbs that web may ask of the worker over the local socket: one table, used by client and server alike.
import { z } from 'zod';
import { topologyDocumentSchema } from '@/lib/core/document';
import { alertChannelSchema } from '@/lib/core/views/alert';
import { accessFormSchema, connectionTestSchema, hostKeyScanSchema } from '@/lib/core/views/director';
import { countSchema } from '@/lib/core/views/forecast';
import {
  connectionFilterSchema,
  connectionPageSchema,
  connectionSearchSchema,
  searchRowsSchema,
} from '@/lib/core/views/connections';
import { hostReadingSchema, literalSectionSchema } from '@/lib/core/views/live-output';
import { liveAnswerSchema } from '@/lib/core/views/live-trace';
import { planSchema } from '@/lib/core/views/plan';
import { serverHoldersSchema } from '@/lib/core/views/verbs';

const endpoint = z.object({ address: z.string(), port: z.number() });

export const workerVerbs = {
  /** Answers when the worker runs. */
  ping: { input: z.object({}), output: z.object({}) },
  /** Sends a message that says that it is a test, by the stored settings. */
  testAlert: { input: z.object({ channel: alertChannelSchema }), output: z.object({}) },
  /** Public half of the console's SSH key, one authorized_keys line, and the guard as a script to paste as root. */
  consoleKey: { input: z.object({}), output: z.object({ authorizedKey: z.string(), installScript: z.string() }) },
  /** The guard, and who may log in for the console, as one script to run as root: public halves only. */
  installScript: {
    input: z.object({ form: accessFormSchema, user: z.string() }),
    output: z.object({ script: z.string() }),
  },
  /** Reads the host key that an endpoint offers; sends no authentication. */
  scanHostKey: { input: endpoint, output: hostKeyScanSchema },
  /** Connects with the pinned key, installs or repairs the guard, reads the facts and stores them. */
  testDirector: {
    input: z.object({ directorId: z.string(), installGuard: z.boolean() }),
    output: connectionTestSchema,
  },
  /** Makes and stores a plan for a revision from the facts and the state of both directors, read now. */
  makePlan: {
    input: z.object({
      ...{ topologyId: z.string(), revision: z.number(), actor: z.string() },
      /** Of a revision that is not saved yet: a deploy of the plan is possible once it is, under this number. */
      document: topologyDocumentSchema.optional(),
    }),
    output: planSchema,
  },
  /** Counts the connections of the active director again and stores what the plan does to them; the hash stays. */
  renewForecast: { input: z.object({ planId: z.string() }), output: planSchema },
  /** Wakes the deploy runner for a queued deploy (the row is already committed); returns at once. */
  startDeploy: { input: z.object({ deployId: z.string() }), output: z.object({}) },
  /** Asks a running deploy to roll back. */
  cancelDeploy: { input: z.object({ deployId: z.string() }), output: z.object({}) },
  /** A look at the connection table, bounded in rows and in the director's time. */
  readConnections: {
    input: z.object({
      ...{ directorId: z.string(), limit: z.number().int().min(1).max(1000), filter: connectionFilterSchema },
    }),
    output: connectionPageSchema,
  },
  /** Lists the whole table in the background, because somebody asked for it. */
  startSearch: {
    input: z.object({ directorId: z.string(), filter: connectionFilterSchema, by: z.string() }),
    output: connectionSearchSchema,
  },
  stopSearch: { input: z.object({ id: z.string() }), output: connectionSearchSchema },
  getSearch: { input: z.object({ id: z.string() }), output: connectionSearchSchema },
  listSearches: { input: z.object({ directorIds: z.array(z.string()) }), output: z.array(connectionSearchSchema) },
  readSearchRows: {
    input: z.object({
      ...{ id: z.string(), offset: z.number().int().min(0), limit: z.number().int().min(1).max(5000) },
    }),
    output: searchRowsSchema,
  },
  /** Who holds a real server on one director: cheap counts, and a bounded read of the connection table. */
  readHolders: {
    input: z.object({
      ...{ directorId: z.string(), address: z.string().max(64), port: z.number().int().optional() },
      /** Keys of the services that count; absent: all. */
      services: z.array(z.string()).max(1000).optional(),
    }),
    output: serverHoldersSchema,
  },
  /** Entries of the connection table; `unknown` when the bounded read did not see its end. */
  countEntries: { input: z.object({ directorId: z.string() }), output: z.object({ count: countSchema }) },
  /** One packet through what the director was last read to hold; asks it nothing while this worker polls it. */
  traceLive: {
    input: z.object({ directorId: z.string(), packet: z.string().max(300), device: z.string() }),
    output: z.object({
      ...{ readAt: z.string().optional(), settingsReadAt: z.string().optional() },
      ...{ problem: z.string().optional(), answer: liveAnswerSchema.optional() },
    }),
  },
  /** What the director last answered, literally. */
  readOutputs: {
    input: z.object({ directorId: z.string(), sections: z.array(literalSectionSchema) }),
    output: hostReadingSchema,
  },
  /** Begins a planned failover whose row is committed; returns at once. */
  startFailover: { input: z.object({ failoverId: z.string() }), output: z.object({}) },
} as const;
export type WorkerVerbs = typeof workerVerbs;
export type WorkerVerbName = keyof WorkerVerbs;
export type WorkerInput<N extends WorkerVerbName> = z.infer<WorkerVerbs[N]['input']>;
export type WorkerOutput<N extends WorkerVerbName> = z.infer<WorkerVerbs[N]['output']>;
