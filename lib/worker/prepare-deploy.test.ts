// What a deploy's run is given, from the rows that the plan and the click have left.
import { afterEach, expect, it, vi } from 'vitest';
import { seedDocument } from '../core/seed';
import { getDb } from '../db/client';
import { redactRelease } from '../plan/diff-files';
import { render } from '../plan/test-observed';
import { releaseHash } from '../render/release-archive';
import { setUpTestDatabase } from '../testing/test-database';
import { ensureHeartbeatKey } from './console-secrets';
import { prepareDeploy } from './prepare-deploy';

setUpTestDatabase();
afterEach(() => vi.unstubAllEnvs());

async function plannedDeploy(mode: string, timerSeconds: number): Promise<string> {
  const db = getDb();
  const document = seedDocument();
  const { id: topologyId } = await db.topology.create({ data: { name: `pair-${mode}`, revision: 1 } });
  const row = { topologyId, number: 1, author: 'test', message: '', deployable: true, errors: 0, warnings: 0 };
  await db.topologyRevision.create({ data: { ...row, document } });
  const { releases } = render(document, await ensureHeartbeatKey(db, topologyId));
  const hosts = releases.map(({ director }, index) => ({
    ...{ director, role: index === 0 ? 'active' : 'standby', baseRelease: 'none' },
    ...{ files: [], actions: [], daemonAction: 'none' },
  }));
  const releaseHashes = Object.fromEntries(releases.map((release) => [release.director, releaseHash(release)]));
  const body = {
    ...{ id: 'plan', topologyId, revision: 1, hash: 'abc', createdBy: 'test', createdAt: new Date(0).toISOString() },
    ...{ mode, hosts, summary: [], impact: [], timerSeconds, problems: [], deployable: true },
    sources: { facts: {}, releaseHashes, releases: releases.map(redactRelease) },
  };
  const stored = JSON.parse(JSON.stringify(body)) as object;
  const plan = await db.plan.create({
    data: { topologyId, revision: 1, hash: 'abc', body: stored, createdBy: 'test' },
  });
  const head = { topologyId, planId: plan.id, planHash: 'abc', revision: 1, generation: 1, author: 'test' };
  return (await db.deploy.create({ data: { ...head, state: 'queued' } })).id;
}

it.each([
  ['rolling', 60],
  ['rolling-restart', 240],
  ['together', 240],
])('gives the standby of a %s deploy the active one’s time and 120 s', async (mode, seconds) => {
  vi.stubEnv('LVS_CONSOLE_REHEARSAL_TIMER_SECONDS', undefined);
  const { timerSeconds } = await prepareDeploy(getDb(), await plannedDeploy(mode, seconds));
  expect(timerSeconds).toEqual({ active: seconds, standby: seconds + 120 });
});
