// The typed client of the HTTP API for the browser: one function per route, answers checked with the same schemas.
import { z } from 'zod';
import { diagnosticSchema, type Diagnostic } from '@/lib/core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '@/lib/core/document';
import { accountSchema, auditRowSchema, type AccountRole } from '@/lib/core/views/account';
import { deploySchema } from '@/lib/core/views/deploy';
import { connectionTestSchema, directorViewSchema, hostKeyScanSchema } from '@/lib/core/views/director';
import { connectionPageSchema, livePairSchema } from '@/lib/core/views/live';
import { planSchema } from '@/lib/core/views/plan';
import {
  filePreviewSchema,
  revisionSummarySchema,
  topologyRevisionSchema,
  topologySummarySchema,
} from '@/lib/core/views/topology';

/** Longer than the slowest director, shorter than patience. */
const REQUEST_MS = 90_000;

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  diagnostics: z.array(diagnosticSchema).optional(),
});

/** An answer that says why not; a request without an answer throws what fetch throws. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly details?: Record<string, unknown>,
    readonly diagnostics?: Diagnostic[],
  ) {
    super(detail);
  }
}

async function call<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    signal: AbortSignal.timeout(REQUEST_MS),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return schema.parse(answer);
  const problem = problemSchema.safeParse(answer).data;
  throw new ApiProblem(
    response.status,
    problem?.code ?? 'unknown',
    problem?.detail ?? `The console answered with status ${response.status}.`,
    problem?.details,
    problem?.diagnostics,
  );
}

type Query = Record<string, string | number | undefined>;

function withQuery(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined && entry[1] !== '',
  );
  const text = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
  return text === '' ? path : `${path}?${text}`;
}

const id = encodeURIComponent;
const nothing = z.object({});
const rendered = z.object({ files: z.array(filePreviewSchema), diagnostics: z.array(diagnosticSchema) });
const imported = z.object({ document: topologyDocumentSchema.optional(), diagnostics: z.array(diagnosticSchema) });
const consoleKey = z.object({ authorizedKey: z.string(), installScript: z.string() });

type NewTopology = { document: TopologyDocument; message: string } | { seed: true; name: string };
type NewRevision = { baseRevision: number; document: TopologyDocument; message: string };
type NewAccount = { name: string; email: string; password: string; role: AccountRole };

export const api = {
  getSession: () => call(accountSchema, 'GET', '/session'),
  setPassword: (password: string) => call(nothing, 'POST', '/session/password', { password }),

  listTopologies: () => call(z.array(topologySummarySchema), 'GET', '/topologies'),
  createTopology: (input: NewTopology) => call(topologyRevisionSchema, 'POST', '/topologies', input),
  getTopology: (topologyId: string, revision?: number) =>
    call(topologyRevisionSchema, 'GET', withQuery(`/topologies/${id(topologyId)}`, { revision })),
  saveTopology: (topologyId: string, input: NewRevision) =>
    call(topologyRevisionSchema, 'PUT', `/topologies/${id(topologyId)}`, input),
  removeTopology: (topologyId: string) => call(nothing, 'DELETE', `/topologies/${id(topologyId)}`),
  listRevisions: (topologyId: string) =>
    call(z.array(revisionSummarySchema), 'GET', `/topologies/${id(topologyId)}/revisions`),
  render: (document: TopologyDocument) => call(rendered, 'POST', '/render', { document }),
  importText: (text: string) => call(imported, 'POST', '/import', { text }),

  listDirectors: (topologyId?: string) =>
    call(z.array(directorViewSchema), 'GET', withQuery('/directors', { topologyId })),
  getConsoleKey: () => call(consoleKey, 'GET', '/console-key'),
  scanDirector: (directorId: string) => call(hostKeyScanSchema, 'POST', `/directors/${id(directorId)}/scan`),
  trustDirector: (directorId: string, fingerprint: string) =>
    call(directorViewSchema, 'POST', `/directors/${id(directorId)}/trust`, { fingerprint }),
  untrustDirector: (directorId: string) => call(directorViewSchema, 'DELETE', `/directors/${id(directorId)}/trust`),
  testDirector: (directorId: string, installGuard: boolean) =>
    call(connectionTestSchema, 'POST', `/directors/${id(directorId)}/test`, { installGuard }),

  createPlan: (topologyId: string, revision: number) =>
    call(planSchema, 'POST', `/topologies/${id(topologyId)}/plans`, { revision }),
  getPlan: (planId: string) => call(planSchema, 'GET', `/plans/${id(planId)}`),
  createDeploy: (input: { planId: string; planHash: string }) => call(deploySchema, 'POST', '/deploys', input),
  listDeploys: (query: { topologyId?: string; limit?: number } = {}) =>
    call(z.array(deploySchema), 'GET', withQuery('/deploys', query)),
  getDeploy: (deployId: string) => call(deploySchema, 'GET', `/deploys/${id(deployId)}`),
  cancelDeploy: (deployId: string) => call(deploySchema, 'POST', `/deploys/${id(deployId)}/cancel`),

  getLive: (topologyId: string) => call(livePairSchema, 'GET', `/live/${id(topologyId)}`),
  listConnections: (topologyId: string, query: { director: string; limit: number; filter: string }) =>
    call(connectionPageSchema, 'GET', withQuery(`/live/${id(topologyId)}/connections`, query)),

  listAudit: (query: { action?: string; actor?: string; target?: string; before?: string; limit?: number }) =>
    call(z.array(auditRowSchema), 'GET', withQuery('/audit', query)),
  listAccounts: () => call(z.array(accountSchema), 'GET', '/accounts'),
  createAccount: (input: NewAccount) => call(accountSchema, 'POST', '/accounts', input),
  changeRole: (accountId: string, role: AccountRole) =>
    call(accountSchema, 'PATCH', `/accounts/${id(accountId)}`, { role }),
};
