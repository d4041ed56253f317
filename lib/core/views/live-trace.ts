// One packet followed through what each director was last read to hold, beside what the topology means it to do.
import { z } from 'zod';

export const packetInputSchema = z.object({ packet: z.string().min(1).max(300) });

export const liveStepSchema = z.object({
  stage: z.enum(['rules', 'routing', 'input', 'ipvs']),
  text: z.string(),
  /** As the director's own tool prints it. */
  rule: z.string().optional(),
  isProblem: z.literal(true).optional(),
});
export const decidingRuleSchema = z.object({
  rule: z.string(),
  /** Table and chain, or the nftables table. */
  place: z.string(),
  own: z.boolean(),
});
export const tracedServerSchema = z.object({
  address: z.string(),
  port: z.number().optional(),
  forwarding: z.string(),
  weight: z.number(),
  /** Of new connections, from 0 to 1. */
  share: z.number(),
});
export const liveAnswerSchema = z.object({
  /** 0 is no mark. */
  mark: z.number(),
  decidedBy: decidingRuleSchema.optional(),
  /** `local`: to this director, where IPVS takes it over when there is a service. */
  delivered: z.enum(['local', 'unreachable', 'forwarded', 'dropped']),
  /** Key of the virtual service that takes it. */
  service: z.string().optional(),
  realServers: z.array(tracedServerSchema),
  steps: z.array(liveStepSchema),
  /** What may decide otherwise and cannot be judged from what was read: the answer holds if it does not. */
  doubts: z.array(z.string()),
  /** Places of this host that the console does not read at all. */
  notRead: z.array(z.string()),
});
export const hostTraceSchema = z.object({
  director: z.string(),
  role: z.enum(['active', 'standby', 'split', 'unknown']),
  /** When rules and services were read, and when routes, sets and settings were; absent = never. */
  readAt: z.string().optional(),
  settingsReadAt: z.string().optional(),
  /** Why there is no answer. */
  problem: z.string().optional(),
  answer: liveAnswerSchema.optional(),
  agrees: z.enum(['yes', 'no', 'unknown']),
  /** Where it is not as the topology means it, or why that is not known. */
  differences: z.array(z.string()),
});
export const meantTraceSchema = z.object({
  revision: z.number(),
  /** The revision of the last verified deploy; else the newest one, which nobody deployed yet. */
  isRunning: z.boolean(),
  mark: z.number().nullable(),
  group: z.string().nullable(),
  pool: z.string().nullable(),
  delivered: z.enum(['local', 'unreachable', 'forwarded']),
  realServers: z.array(z.object({ address: z.string(), weight: z.number(), share: z.number() })),
  reasons: z.array(z.string()),
});
export const pairTraceSchema = z.object({
  packet: z.string(),
  meant: meantTraceSchema,
  hosts: z.array(hostTraceSchema),
  verdict: z.enum(['agree', 'disagree', 'unknown']),
  sentence: z.string(),
});

export type LiveStep = z.infer<typeof liveStepSchema>;
export type LiveAnswer = z.infer<typeof liveAnswerSchema>;
export type TracedServer = z.infer<typeof tracedServerSchema>;
export type HostTrace = z.infer<typeof hostTraceSchema>;
export type MeantTrace = z.infer<typeof meantTraceSchema>;
export type PairTrace = z.infer<typeof pairTraceSchema>;
