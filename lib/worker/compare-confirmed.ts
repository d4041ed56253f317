// A document that was deployed before may give other files now: a newer console writes them otherwise, or the director has changed. Its plan says which.
import 'server-only';
import { warning, type Diagnostic } from '../core/diagnostic';
import type { TopologyDocument } from '../core/document';
import type { HostRelease } from '../core/release';
import type { Db } from '../db/client';
import { canonicalHash } from '../plan/canonical-hash';
import { diffFiles } from '../plan/diff-files';
import { printIntentFiles } from '../render/release-archive';
import { loadDocument, loadReleaseHashes, loadReleases } from './stored-plan';

type Now = { document: TopologyDocument; releases: readonly HostRelease[]; releaseHashes: Record<string, string> };
type Confirmed = { number: number; planId: string; revision: number };

/** `releases` without secrets. Empty when this document was never confirmed, or gives exactly what was confirmed then. */
export async function compareConfirmed(
  db: Db,
  topologyId: string,
  { document, releases, releaseHashes }: Now,
): Promise<Diagnostic[]> {
  const confirmed = await findConfirmed(db, topologyId, document);
  if (!confirmed) return [];
  const hashes = await loadReleaseHashes(db, confirmed.planId);
  const changed = releases.filter(({ director }) => hashes?.[director] !== releaseHashes[director]);
  if (changed.length === 0) return [];
  const before = await loadReleases(db, confirmed.planId);
  return changed.map((release) =>
    warning(
      'release.not-as-confirmed',
      [],
      `${release.director} will not get exactly what deploy ${confirmed.number} confirmed for this document: ${describeChange(release, before)}`,
      'This console renders it otherwise, or the director has changed since. What is deployed is what this plan shows.',
    ),
  );
}

function describeChange(release: HostRelease, before: readonly HostRelease[] | undefined): string {
  const then = before?.find(({ director }) => director === release.director);
  if (!then) return 'which files differ is not known, another version of the console stored them.';
  const files = diffFiles(release, then).filter(({ change }) => change !== 'unchanged');
  const [intent, intentThen] = [printIntentFiles(release), printIntentFiles(then)];
  const names = new Set([...Object.keys(intent), ...Object.keys(intentThen)]);
  const ofKernel = [...names].filter((name) => intent[name] !== intentThen[name]).map((name) => `intent/${name}`);
  return `${[...files.map(({ path, change }) => `${path} (${CHANGES[change]})`), ...ofKernel].join(', ')}.`;
}

const CHANGES = { create: 'new', update: 'other text', remove: 'no more', unchanged: 'the same' };

/** The newest of them. Documents are compared as this console reads them, which may know more fields than the one that stored them. */
async function findConfirmed(db: Db, topologyId: string, document: TopologyDocument): Promise<Confirmed | undefined> {
  const wanted = canonicalHash(document);
  const deploys = await db.deploy.findMany({
    where: { topologyId, state: 'verified' },
    orderBy: { number: 'desc' },
    distinct: ['revision'],
    select: { number: true, planId: true, revision: true },
  });
  for (const deploy of deploys) {
    if ((await hashOfRevision(db, topologyId, deploy.revision)) === wanted) return deploy;
  }
  return undefined;
}

/** A revision never changes, and there may be hundreds. */
const known = new Map<string, string>();

async function hashOfRevision(db: Db, topologyId: string, revision: number): Promise<string> {
  const key = `${topologyId} ${revision}`;
  const hash = known.get(key) ?? canonicalHash(await loadDocument(db, topologyId, revision));
  known.set(key, hash);
  return hash;
}
