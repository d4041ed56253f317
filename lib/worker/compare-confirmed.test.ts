// What the plan of a document says that was confirmed before, perhaps by another version of the console.
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { HostRelease } from '../core/release';
import { seedDocument } from '../core/seed';
import { getDb } from '../db/client';
import { redactRelease } from '../plan/diff-files';
import { render } from '../plan/test-observed';
import { releaseHash } from '../render/release-archive';
import { setUpTestDatabase } from '../testing/test-database';
import { compareConfirmed } from './compare-confirmed';
import type { DirectorHosts } from './director-hosts';
import { makePlan } from './make-plan';

setUpTestDatabase();

const document = seedDocument();
const { releases } = render(document);
const hashesOf = (all: readonly HostRelease[]) =>
  Object.fromEntries(all.map((release) => [release.director, releaseHash(release)]));

const PLAN = {
  ...{ id: 'plan', revision: 1, hash: 'abc', createdBy: 'test', createdAt: new Date(0).toISOString(), mode: 'rolling' },
  ...{ hosts: [], summary: [], impact: [], timerSeconds: 60, problems: [], deployable: true },
};

type More = { state?: string; body?: object };

/** A pair that confirmed this document once, when the console rendered `then`. */
async function pairWith(then: readonly HostRelease[], more: More = {}) {
  const db = getDb();
  const { id: topologyId } = await db.topology.create({ data: { name: `pair-${randomUUID()}`, revision: 2 } });
  const row = { topologyId, number: 1, author: 'test', message: '', deployable: true, errors: 0, warnings: 0 };
  await db.topologyRevision.create({ data: { ...row, document } });
  const sources = { facts: {}, releaseHashes: hashesOf(then), releases: then.map(redactRelease) };
  const body = JSON.parse(JSON.stringify({ ...PLAN, topologyId, sources: { ...sources, ...more.body } })) as object;
  const plan = await db.plan.create({ data: { topologyId, revision: 1, hash: 'abc', body, createdBy: 'test' } });
  const head = { topologyId, planId: plan.id, planHash: 'abc', revision: 1, generation: 1, author: 'test' };
  const { number } = await db.deploy.create({ data: { ...head, state: more.state ?? 'verified' } });
  return { topologyId, number };
}

async function told(then: readonly HostRelease[], more: More = {}) {
  const { topologyId, number } = await pairWith(then, more);
  const now = { document, releases: releases.map(redactRelease), releaseHashes: hashesOf(releases) };
  const found = await compareConfirmed(getDb(), topologyId, now);
  return found.map(({ severity, message }) => `${severity} ${message.replace(`deploy ${number} `, 'deploy N ')}`);
}

/** As an older console rendered it for the second director. */
function older(): HostRelease[] {
  const [first, second] = structuredClone(releases);
  if (!first || !second) throw new Error('the seed has two directors');
  const [changed, unknown] = second.files;
  if (!changed || !unknown) throw new Error('a release has files');
  changed.content += '# as it was\n';
  second.files.splice(1, 1);
  second.files.push({ ...unknown, path: '/etc/older', secret: false });
  second.intent.always.sysctls = { ...second.intent.always.sysctls, 'net.ipv4.vs.older': '1' };
  return [first, second];
}

describe('a document that was confirmed before', () => {
  it('is told of nothing when it gives the same files', async () => {
    expect(await told(releases)).toEqual([]);
  });

  it('is told which files differ from those that were confirmed, and where', async () => {
    const [changed, added] = releases[1]!.files;
    expect(await told(older())).toEqual([
      `warning director2 will not get exactly what deploy N confirmed for this document: ${changed!.path} (other text), ${added!.path} (new), /etc/older (no more), intent/sysctl, intent/meta.`,
    ]);
  });

  it('is told that they differ also where nobody can say which', async () => {
    expect(await told(older(), { body: { releases: 'of another version' } })).toEqual([
      'warning director2 will not get exactly what deploy N confirmed for this document: which files differ is not known, another version of the console stored them.',
    ]);
  });

  it('is told of nothing when its deploy came to nothing', async () => {
    expect(await told(older(), { state: 'rolled-back' })).toEqual([]);
  });

  it('is told so in its plan', async () => {
    const { topologyId } = await pairWith(older());
    const directors = document.directors.map(({ name }) => ({
      topologyId,
      name,
      address: '192.0.2.1',
      port: 22,
      user: 'root',
    }));
    await getDb().director.createMany({ data: directors });
    const away = { openReader: () => Promise.reject(new Error('away')) } as unknown as DirectorHosts;
    const { problems } = await makePlan(getDb(), away, { topologyId, revision: 1, actor: 'test' });
    expect(problems.map(({ code }) => code)).toContain('release.not-as-confirmed');
  });
});
