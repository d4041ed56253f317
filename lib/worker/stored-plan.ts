// Plans as they are stored: what the page shows, and what a deploy needs to do exactly that and to compare later. Without secrets.
import 'server-only';
import { z } from 'zod';
import { topologyDocumentSchema, type TopologyDocument } from '../core/document';
import { InvariantError } from '../core/errors';
import { hostReleaseSchema, type HostFacts, type HostRelease } from '../core/release';
import { planSchema } from '../core/views/plan';
import type { Db } from '../db/client';
import { transactionOf } from '../deploy/deploy-run';
import type { ExpectedHost } from '../plan/diff-host';

const hostFactsSchema = z.object({
  os: z.enum(['debian', 'redhat']).optional(),
  iptablesVariant: z.enum(['legacy', 'nft']).optional(),
  sysconfigIptables: z.string().optional(),
  hasIpSet: z.boolean().optional(),
  allowedCheckPrograms: z.array(z.string()).optional(),
});
type StoredFacts = z.infer<typeof hostFactsSchema>;
export const storedPlanSchema = planSchema.extend({
  sources: z.object({
    /** What rendering used: the deploy renders again from these, because secrets are not stored. */
    facts: z.record(z.string(), hostFactsSchema),
    releaseHashes: z.record(z.string(), z.string()),
    releases: z.array(hostReleaseSchema),
  }),
});
export type StoredPlan = z.infer<typeof storedPlanSchema>;
export type Deployed = { transaction: string; revision: number; document: TopologyDocument; releases: HostRelease[] };

export function factsOf({ sources }: StoredPlan): Record<string, HostFacts> {
  return Object.fromEntries(
    Object.entries(sources.facts).map(([director, facts]) => [director, withoutUndefined(facts)]),
  );
}

function withoutUndefined({
  os,
  iptablesVariant,
  sysconfigIptables,
  hasIpSet,
  allowedCheckPrograms,
}: StoredFacts): HostFacts {
  return {
    ...(os && { os }),
    ...(iptablesVariant && { iptablesVariant }),
    ...(sysconfigIptables !== undefined && { sysconfigIptables }),
    ...(hasIpSet !== undefined && { hasIpSet }),
    ...(allowedCheckPrograms && { allowedCheckPrograms }),
  };
}

export async function loadStoredPlan(db: Db, planId: string): Promise<StoredPlan> {
  const { body } = await db.plan.findUniqueOrThrow({ where: { id: planId } });
  const read = storedPlanSchema.safeParse(body);
  if (read.success) return read.data;
  throw new InvariantError(`plan ${planId} was stored by another version of the console; make a new plan`);
}

const hashesSchema = z.object({ sources: storedPlanSchema.shape.sources.pick({ releaseHashes: true }) });

/** By director; also of a plan that another version of the console stored. Undefined when even these cannot be read. */
export async function loadReleaseHashes(db: Db, planId: string): Promise<Record<string, string> | undefined> {
  const row = await db.plan.findUnique({ where: { id: planId } });
  return hashesSchema.safeParse(row?.body).data?.sources.releaseHashes;
}

/** Without secrets; undefined when another version of the console stored them. */
export async function loadReleases(db: Db, planId: string): Promise<HostRelease[] | undefined> {
  const row = await db.plan.findUnique({ where: { id: planId } });
  return storedPlanSchema.pick({ sources: true }).safeParse(row?.body).data?.sources.releases;
}

/** Undefined before the first verified deploy of the pair. */
export async function loadLastVerified(db: Db, topologyId: string): Promise<Deployed | undefined> {
  const row = await db.deploy.findFirst({ where: { topologyId, state: 'verified' }, orderBy: { number: 'desc' } });
  return row ? toDeployed(db, row) : undefined;
}

/** The deploy that made a release, by its name; undefined for one that this console did not make. */
export async function loadDeployed(db: Db, topologyId: string, release: string): Promise<Deployed | undefined> {
  const number = Number(/^(\d{1,9})-/.exec(release)?.[1]);
  if (!Number.isInteger(number)) return undefined;
  const row = await db.deploy.findFirst({ where: { topologyId, number } });
  return row && transactionOf(row.number, row.planHash) === release ? toDeployed(db, row) : undefined;
}

/** What a plan starts from: the document of one deploy, and the release that each director holds. */
export type Previous = Pick<Deployed, 'revision' | 'document' | 'releases'>;

/** By what each director has confirmed: after a split pair the two have different releases. */
export async function loadPrevious(
  db: Db,
  topologyId: string,
  confirmed: Record<string, string>,
  last: Previous | undefined,
): Promise<Previous | undefined> {
  if (!last) return undefined;
  const releases = await Promise.all(
    Object.entries(confirmed).map(async ([director, release]) => {
      const own = await loadDeployed(db, topologyId, release);
      return (own ?? last).releases.find((each) => each.director === director);
    }),
  );
  return { ...last, releases: releases.filter((release) => release !== undefined) };
}

type DeployRow = { topologyId: string; number: number; planHash: string; planId: string; revision: number };

export async function loadDocument(db: Db, topologyId: string, revision: number): Promise<TopologyDocument> {
  const where = { topologyId_number: { topologyId, number: revision } };
  const { document } = await db.topologyRevision.findUniqueOrThrow({ where });
  return topologyDocumentSchema.parse(document);
}

async function toDeployed(db: Db, { topologyId, number, planHash, planId, revision }: DeployRow): Promise<Deployed> {
  const { sources } = await loadStoredPlan(db, planId);
  return {
    transaction: transactionOf(number, planHash),
    revision,
    document: await loadDocument(db, topologyId, revision),
    releases: sources.releases,
  };
}

const DAEMON_FILES: [string, string][] = [
  ['/etc/ha.d/ha.cf', 'heartbeat'],
  ['/etc/keepalived/keepalived.conf', 'keepalived'],
  ['/etc/systemd/system/lvs-console-ldirectord.service', 'ldirectord'],
];

/** A release with a daemon's file needs that daemon; under heartbeat ldirectord follows the role and is asked for where that is known. */
export function expectedOf(release: HostRelease): ExpectedHost {
  const has = (wanted: string) => release.files.some(({ path }) => path === wanted);
  return { intent: release.intent, daemons: DAEMON_FILES.flatMap(([path, daemon]) => (has(path) ? [daemon] : [])) };
}
