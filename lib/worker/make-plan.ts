// The verb makePlan: reads both directors now, renders the revision, plans, stores.
import 'server-only';
import { randomUUID } from 'node:crypto';
import { checkTopology } from '../core/check';
import { error, type Diagnostic } from '../core/diagnostic';
import { topologyDocumentSchema, type TopologyDocument } from '../core/document';
import { ServiceError } from '../core/errors';
import { resolveTopology } from '../core/resolve';
import type { Topology } from '../core/topology';
import { planSchema, type Plan } from '../core/views/plan';
import type { Db } from '../db/client';
import type { Director } from '../db/generated/client';
import { readChangedFiles } from '../deploy/read-changed-files';
import { observeHost } from '../deploy/verify-host';
import { redactRelease } from '../plan/diff-files';
import type { DirectorFacts } from '../plan/host-facts';
import { FILE_SECTION, withTexts, type ObservedHost } from '../plan/observed-host';
import { planPair } from '../plan/plan-pair';
import { releaseHash } from '../render/release-archive';
import { renderTopology } from '../render/render-topology';
import { compareConfirmed } from './compare-confirmed';
import { ensureHeartbeatKey } from './console-secrets';
import type { DirectorHosts } from './director-hosts';
import { forecastNow } from './forecast-plan';
import { readFacts, storeFacts } from './read-facts';
import { loadLastVerified, loadPrevious, type StoredPlan } from './stored-plan';

/** `document`: of a revision that nobody has saved yet, which must then be saved under this number. */
type Input = { topologyId: string; revision: number; actor: string; document?: TopologyDocument | undefined };
type Seen = { name: string; observed?: ObservedHost; facts?: DirectorFacts; problems: Diagnostic[] };

export async function makePlan(db: Db, hosts: DirectorHosts, input: Input): Promise<Plan> {
  const { topologyId, revision, actor } = input;
  const document = input.document ?? (await findDocument(db, topologyId, revision));
  const { topology } = resolveTopology(document);
  if (!topology) throw new ServiceError('invalid', 'This revision has addresses or names that do not resolve.');
  const directors = await db.director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
  const seen = await Promise.all(directors.map((director) => look(db, hosts, director)));
  const facts = byName(seen, ({ facts }) => facts);
  const observed = byName(seen, ({ observed: host }) => host);
  const renderFacts = byName(seen, ({ facts: found }) => found?.render);
  const secrets = { heartbeatKey: await ensureHeartbeatKey(db, topologyId) };
  const rendered = renderTopology({ topology, facts: renderFacts, secrets });
  const confirmed = byName(seen, ({ observed: host }) => host?.status.confirmed);
  const previous = await loadPrevious(db, topologyId, confirmed, await loadLastVerified(db, topologyId));
  const redacted = rendered.releases.map(redactRelease);
  const releaseHashes = Object.fromEntries(
    rendered.releases.map((release) => [release.director, releaseHash(release)]),
  );
  const problems = [
    ...checkTopology(document),
    ...rendered.diagnostics,
    ...seen.flatMap((each) => each.problems),
    ...unmanaged(topology, seen),
    ...(await compareConfirmed(db, topologyId, { document, releases: redacted, releaseHashes })),
  ];
  const pair = planPair({
    ...{ topologyId, revision, document, topology, releases: redacted, observed, facts, problems },
    ...(previous && { previous }),
  });
  const sources = { facts: renderFacts, releaseHashes, releases: redacted };
  const forecast = await forecastNow(db, hosts, { plan: pair, topology, releases: redacted, previous });
  return store(db, {
    ...{ ...pair, id: randomUUID(), createdAt: new Date().toISOString(), createdBy: actor, sources },
    ...(previous && { baseRevision: previous.revision }),
    ...(forecast && { forecast }),
  });
}

async function findDocument(db: Db, topologyId: string, number: number): Promise<TopologyDocument> {
  const row = await db.topologyRevision.findUnique({ where: { topologyId_number: { topologyId, number } } });
  if (!row) throw new ServiceError('not-found', `There is no revision ${number} of this topology.`);
  return topologyDocumentSchema.parse(row.document);
}

/** Absent from the topology file: the console does not know where to reach it. */
function unmanaged({ directors }: Topology, seen: readonly Seen[]): Diagnostic[] {
  return directors
    .filter(({ name }) => !seen.some((each) => each.name === name))
    .map(({ name }) =>
      error('director.management', [], `${name} has no management address.`, 'Add `management` to the director.'),
    );
}

async function look(db: Db, hosts: DirectorHosts, { id, name }: Director): Promise<Seen> {
  try {
    const host = await hosts.openReader(id);
    const [facts, seen] = await Promise.all([readFacts(host), observeHost(host, [FILE_SECTION])]);
    const texts = await readChangedFiles(host, seen.files ?? []);
    const observed = seen.files ? { ...seen, files: withTexts(seen.files, texts) } : seen;
    await storeFacts(db, id, facts, observed.status.version);
    return { name, facts, observed, problems: [] };
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const hint = 'Open the director under Directors and press Test connection.';
    return { name, problems: [error('host.unreadable', [], `${name} could not be read: ${message}`, hint)] };
  }
}

async function store(db: Db, body: StoredPlan): Promise<Plan> {
  const { id, topologyId, revision, hash, createdBy } = body;
  // Through JSON: `undefined` members and other things that a JSON column does not know are gone.
  const stored = JSON.parse(JSON.stringify(body)) as object;
  await db.plan.create({ data: { id, topologyId, revision, hash, createdBy, body: stored } });
  return planSchema.parse(stored);
}

function byName<T>(seen: readonly Seen[], pick: (each: Seen) => T | undefined): Record<string, T> {
  return Object.fromEntries(
    seen.flatMap((each): [string, T][] => {
      const value = pick(each);
      return value === undefined ? [] : [[each.name, value]];
    }),
  );
}
