// The typed client of the HTTP API for the browser: one function per route. Answers are ours, checked by the server: no zod on every page.
import type { Diagnostic } from '@/lib/core/diagnostic';
import type { TopologyDocument } from '@/lib/core/document';
import type {
  AccountRole,
  AuditEntry,
  AuditRow,
  ManagedAccount,
  OwnAccount,
  SignInLink,
} from '@/lib/core/views/account';
import type {
  Alert,
  AlertChannel,
  AlertList,
  AlertMute,
  AlertSettingsView,
  SaveAlertSettings,
} from '@/lib/core/views/alert';
import type { DeployPolicy } from '@/lib/core/deploy-policy';
import type { Deploy } from '@/lib/core/views/deploy';
import type { DeployGate, SaveDeployPolicy } from '@/lib/core/views/deploy-gate';
import type { AccessForm, ConnectionTest, DirectorView, HostKeyScan } from '@/lib/core/views/director';
import type { PairDrift } from '@/lib/core/views/drift';
import type { Failover, FailoverCheck } from '@/lib/core/views/failover';
import type { PairHistory } from '@/lib/core/views/history';
import type { ConnectionFilter, ConnectionPage, ConnectionSearch, SearchRows } from '@/lib/core/views/connections';
import type { LivePair } from '@/lib/core/views/live';
import type { HostReading, LiteralSection } from '@/lib/core/views/live-output';
import type { PairTrace } from '@/lib/core/views/live-trace';
import type { Plan } from '@/lib/core/views/plan';
import type {
  PairVerb,
  PairVerbs,
  ServerHolders,
  ServerTarget,
  StartedVerb,
  VerbBase,
  VerbForecast,
} from '@/lib/core/views/verbs';
import type { FilePreview, RevisionSummary, TopologyRevision, TopologySummary } from '@/lib/core/views/topology';

/** Longer than the slowest director, shorter than patience. */
const REQUEST_MS = 90_000;

type Problem = {
  code: string;
  detail: string;
  next?: string;
  details?: Record<string, unknown>;
  diagnostics?: Diagnostic[];
  requestId?: string;
};

/** A proxy in between may answer with anything. */
function isProblem(answer: unknown): answer is Problem {
  return typeof answer === 'object' && answer !== null && 'code' in answer && 'detail' in answer;
}

/** An answer that says why not; a request without an answer throws what fetch throws. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly details?: Record<string, unknown>,
    readonly diagnostics?: Diagnostic[],
    /** What to do now; absent where the code says it. */
    readonly next?: string,
    /** Stands beside the reason in the log of the console. */
    readonly requestId?: string,
  ) {
    super(detail);
  }
}

async function send<T>(method: string, path: string, body?: unknown): Promise<{ answer: T; headers: Headers }> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    signal: AbortSignal.timeout(REQUEST_MS),
    ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  const answer: unknown = await response.json().catch(() => undefined);
  if (response.ok) return { answer: answer as T, headers: response.headers };
  const problem = isProblem(answer) ? answer : undefined;
  throw new ApiProblem(
    response.status,
    problem?.code ?? 'unknown',
    problem?.detail ?? `The console answered with status ${response.status}.`,
    problem?.details,
    problem?.diagnostics,
    problem?.next,
    problem?.requestId,
  );
}

async function call<T>(method: string, path: string, body?: unknown): Promise<T> {
  return (await send<T>(method, path, body)).answer;
}

export type RowPage<Row> = { rows: Row[]; hasMore: boolean };

async function callPage<Row>(path: string): Promise<RowPage<Row>> {
  const { answer, headers } = await send<Row[]>('GET', path);
  return { rows: answer, hasMore: headers.get('link')?.includes('rel="next"') ?? false };
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
type Rendered = { files: FilePreview[]; diagnostics: Diagnostic[] };
type Imported = { document?: TopologyDocument; diagnostics: Diagnostic[] };
type ConsoleKey = { authorizedKey: string; installScript: string };

type NewTopology = { document: TopologyDocument; message: string } | { seed: true; name: string };
type NewRevision = { baseRevision: number; document: TopologyDocument; message: string };
export type DeployOrder = { planId: string; planHash: string; topologyId?: string; breakGlassReason?: string };
export type VerbQuestion = { verb: PairVerb; base: VerbBase };
export type VerbOrder = VerbQuestion & {
  newestRevision: number;
  runningRevision: number;
  planId: string;
  planHash: string;
};
type NewAccount = { name: string; email: string; password: string; role: AccountRole };

export const api = {
  getSession: () => call<OwnAccount>('GET', '/session'),
  setPassword: (input: { password: string; current?: string }) => call<object>('POST', '/session/password', input),

  listTopologies: () => call<TopologySummary[]>('GET', '/topologies'),
  createTopology: (input: NewTopology) => call<TopologyRevision>('POST', '/topologies', input),
  getTopology: (topologyId: string, revision?: number) =>
    call<TopologyRevision>('GET', withQuery(`/topologies/${id(topologyId)}`, { revision })),
  saveTopology: (topologyId: string, input: NewRevision) =>
    call<TopologyRevision>('PUT', `/topologies/${id(topologyId)}`, input),
  removeTopology: (topologyId: string, leaveReleases = false) =>
    call<object>('DELETE', withQuery(`/topologies/${id(topologyId)}`, { leaveReleases: leaveReleases ? 'true' : '' })),
  listRevisions: (topologyId: string) => call<RevisionSummary[]>('GET', `/topologies/${id(topologyId)}/revisions`),
  render: (document: TopologyDocument) => call<Rendered>('POST', '/render', { document }),
  importText: (text: string) => call<Imported>('POST', '/import', { text }),

  listDirectors: (topologyId?: string) => call<DirectorView[]>('GET', withQuery('/directors', { topologyId })),
  getConsoleKey: () => call<ConsoleKey>('GET', '/console-key'),
  getInstallScript: (directorId: string, form: AccessForm) =>
    call<{ user: string; script: string }>('GET', withQuery(`/directors/${id(directorId)}/install-script`, { form })),
  scanDirector: (directorId: string) => call<HostKeyScan>('POST', `/directors/${id(directorId)}/scan`),
  trustDirector: (directorId: string, fingerprint: string) =>
    call<DirectorView>('POST', `/directors/${id(directorId)}/trust`, { fingerprint }),
  untrustDirector: (directorId: string) => call<DirectorView>('DELETE', `/directors/${id(directorId)}/trust`),
  testDirector: (directorId: string, installGuard: boolean) =>
    call<ConnectionTest>('POST', `/directors/${id(directorId)}/test`, { installGuard }),

  createPlan: (topologyId: string, revision: number) =>
    call<Plan>('POST', `/topologies/${id(topologyId)}/plans`, { revision }),
  getPlan: (planId: string) => call<Plan>('GET', `/plans/${id(planId)}`),
  renewForecast: (planId: string) => call<Plan>('POST', `/plans/${id(planId)}/forecast`),
  getDeployGate: (planId: string) => call<DeployGate>('GET', `/plans/${id(planId)}/gate`),
  approvePlan: (planId: string, planHash: string) =>
    call<DeployGate>('POST', `/plans/${id(planId)}/approval`, { planHash }),
  getDeployPolicy: (topologyId: string) => call<DeployPolicy>('GET', `/topologies/${id(topologyId)}/deploy-policy`),
  saveDeployPolicy: (topologyId: string, input: SaveDeployPolicy) =>
    call<DeployPolicy>('PUT', `/topologies/${id(topologyId)}/deploy-policy`, input),
  createDeploy: (order: DeployOrder) => call<Deploy>('POST', '/deploys', order),
  listDeploys: (query: { topologyId?: string; before?: number | undefined; limit?: number } = {}) =>
    callPage<Deploy>(withQuery('/deploys', query)),
  getDeploy: (deployId: string) => call<Deploy>('GET', `/deploys/${id(deployId)}`),
  cancelDeploy: (deployId: string) => call<Deploy>('POST', `/deploys/${id(deployId)}/cancel`),

  getLive: (topologyId: string) => call<LivePair>('GET', `/live/${id(topologyId)}`),
  getDrift: (topologyId: string) => call<PairDrift>('GET', `/live/${id(topologyId)}/drift`),
  adoptDrift: (topologyId: string, input: { director: string; item: string }) =>
    call<TopologyRevision>('POST', `/live/${id(topologyId)}/drift/adopt`, input),
  listConnections: (topologyId: string, query: ConnectionFilter & { director: string; limit: number }) =>
    call<ConnectionPage>('GET', withQuery(`/live/${id(topologyId)}/connections`, query)),
  listSearches: (topologyId: string) => call<ConnectionSearch[]>('GET', `/live/${id(topologyId)}/searches`),
  startSearch: (topologyId: string, input: { director: string; filter: ConnectionFilter }) =>
    call<ConnectionSearch>('POST', `/live/${id(topologyId)}/searches`, input),
  stopSearch: (topologyId: string, search: string) =>
    call<ConnectionSearch>('DELETE', `/live/${id(topologyId)}/searches/${id(search)}`),
  readSearchRows: (topologyId: string, search: string, query: { offset: number; limit: number }) =>
    call<SearchRows>('GET', withQuery(`/live/${id(topologyId)}/searches/${id(search)}/rows`, query)),
  /** An address for a link: the browser streams it to a file. */
  exportSearch: (topologyId: string, search: string, format: 'csv' | 'ndjson') =>
    `/api/v1/live/${id(topologyId)}/searches/${id(search)}/export?format=${format}`,

  traceLive: (topologyId: string, packet: string) =>
    call<PairTrace>('GET', withQuery(`/live/${id(topologyId)}/trace`, { packet })),
  readLiveOutput: (topologyId: string, query: { director: string; section: LiteralSection }) =>
    call<HostReading>('GET', withQuery(`/live/${id(topologyId)}/output`, query)),

  listVerbs: (topologyId: string) => call<PairVerbs>('GET', `/live/${id(topologyId)}/verbs`),
  forecastVerb: (topologyId: string, input: VerbQuestion) =>
    call<VerbForecast>('POST', `/live/${id(topologyId)}/verbs/forecast`, input),
  startVerb: (topologyId: string, input: VerbOrder) =>
    call<StartedVerb>('POST', `/live/${id(topologyId)}/verbs`, input),
  checkFailover: (topologyId: string) => call<FailoverCheck>('GET', `/live/${id(topologyId)}/failover`),
  startFailover: (topologyId: string, input: { from: string; to: string; accepted: string[] }) =>
    call<Failover>('POST', `/live/${id(topologyId)}/failover`, input),
  getHolders: (topologyId: string, server: ServerTarget) =>
    call<ServerHolders>('GET', withQuery(`/live/${id(topologyId)}/holders`, server)),
  getHistory: (
    topologyId: string,
    query: { from: string; to: string; metrics: string; keys?: string; steps?: number },
  ) => call<PairHistory>('GET', withQuery(`/live/${id(topologyId)}/history`, query)),

  listAlerts: () => call<AlertList>('GET', '/alerts'),
  acknowledgeAlert: (alertId: string) => call<Alert>('POST', `/alerts/${id(alertId)}/acknowledge`),
  muteAlerts: (input: { topologyId: string; rule: AlertMute['rule']; minutes: number; reason: string }) =>
    call<AlertMute>('POST', '/alert-mutes', input),
  endMute: (muteId: string) => call<undefined>('DELETE', `/alert-mutes/${id(muteId)}`),
  getAlertSettings: () => call<AlertSettingsView>('GET', '/alert-settings'),
  saveAlertSettings: (input: SaveAlertSettings) => call<AlertSettingsView>('PUT', '/alert-settings', input),
  testAlertChannel: (channel: AlertChannel) => call<undefined>('POST', '/alert-settings/test', { channel }),

  listAudit: (query: { action?: string; actor?: string; target?: string; before?: string; limit?: number }) =>
    call<AuditRow[]>('GET', withQuery('/audit', query)),
  getAuditEntry: (rowId: string) => call<AuditEntry>('GET', `/audit/${id(rowId)}`),
  listAccounts: () => call<ManagedAccount[]>('GET', '/accounts'),
  createAccount: (input: NewAccount) => call<ManagedAccount>('POST', '/accounts', input),
  changeRole: (accountId: string, role: AccountRole) =>
    call<ManagedAccount>('PATCH', `/accounts/${id(accountId)}`, { role }),
  setAccountEnabled: (accountId: string, isEnabled: boolean) =>
    call<ManagedAccount>('POST', `/accounts/${id(accountId)}/${isEnabled ? 'enable' : 'disable'}`),
  makeSignInLink: (accountId: string) => call<SignInLink>('POST', `/accounts/${id(accountId)}/sign-in-link`),
};
