// The bundle holds what a helper needs, and no byte of a secret that is known or written where secrets stand.
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { neverRead } from '@/lib/core/never-read';
import { seedDocument } from '@/lib/core/seed';
import { defaultAlertSettings } from '@/lib/core/views/alert';
import type { LiteralOutput } from '@/lib/core/views/live-output';
import { storeAlertSettings } from '@/lib/db/alert-settings-row';
import { getDb, inTransaction } from '@/lib/db/client';
import { seal } from '@/lib/db/sealed';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { readLiveOutput } from './live-output';
import { makeSupportBundle } from './support-bundle';
import { openTestWorker, type TestWorker } from './test-worker';

setUpTestDatabase();

const SECRETS = {
  heartbeat: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  vrrp: 'vrrpPass9',
  ldirectord: 'ldirPass"9',
  smtp: 'smtp p@ss/9',
  webhook: 'https://hooks.example/T000/B000/tokentoken',
  url: 'urlPass9',
  privateKey: 'b3BlbnNzaC1rZXktdjEAAAAA',
};
let topologyId = '';
let worker: TestWorker;

beforeAll(async () => {
  worker = await openTestWorker();
  const db = getDb();
  const input = { document: seedDocument(), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
  const heartbeatKey = seal(SECRETS.heartbeat, `heartbeat:${topologyId}`);
  await db.topology.update({ where: { id: topologyId }, data: { heartbeatKey } });
  await db.director.updateMany({ where: { topologyId }, data: { fingerprint: 'SHA256:x' } });
  const secrets = { webhookUrl: SECRETS.webhook, password: SECRETS.smtp };
  await inTransaction(db, (tx) => storeAlertSettings(tx, { settings: defaultAlertSettings, secrets }));
  await storeFrame();
  await storeDeploy();
  worker.answer.readOutputs = async ({ sections }) => ({
    ...{ readAt: '2026-01-01T00:00:01.000Z', settingsReadAt: '2026-01-01T00:00:00.000Z' },
    outputs: sections.map(outputOf),
  });
});
afterAll(() => worker.close());

/** As if every tool printed every secret. */
function outputOf(section: LiteralOutput['section']): LiteralOutput {
  const lines = [
    `out of ${section}`,
    `1 sha1 ${SECRETS.heartbeat}`,
    `auth_pass ${SECRETS.vrrp}`,
    `passwd = ${JSON.stringify(SECRETS.ldirectord)}`,
    `mail ${SECRETS.smtp} ${encodeURIComponent(SECRETS.smtp)} ${btoa(SECRETS.smtp)}`,
    `post ${SECRETS.webhook}`,
    `get http://user:${SECRETS.url}@192.0.2.1/`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${SECRETS.privateKey}\n-----END OPENSSH PRIVATE KEY-----`,
  ];
  return { section, status: 0, text: `${lines.join('\n')}\n` };
}

/** A difference of a file by hand is in the drift. */
async function storeFrame(): Promise<void> {
  const { id: directorId } = await getDb().director.findFirstOrThrow({ where: { topologyId, name: 'director1' } });
  const diff = `--- a\n+++ b\n-  auth_pass ${SECRETS.vrrp}\n+  passwd = ${JSON.stringify(SECRETS.ldirectord)}\n`;
  const item = {
    ...{ id: 'a1', area: 'file' as const, what: '/etc/x', expected: 'a', observed: 'b', sentence: 'Changed.', diff },
    ...{ adopt: { kind: 'no' as const, why: 'No.' }, firstSeen: '2026-01-01T00:00:00.000Z' },
  };
  const frame = {
    ...{ ...neverRead('director1'), readAt: new Date().toISOString() },
    drift: { state: 'drift' as const, items: [item], more: 0, release: '1-a', revision: 1 },
  };
  await getDb().liveFrame.create({ data: { directorId, frame } });
}

async function storeDeploy(): Promise<void> {
  const file = (path: string, content: string, secret: boolean) => ({
    ...{ path, content, secret, mode: '0600', purpose: 'For the test.' },
  });
  const role = { ipvs: [] };
  const always = { modules: ['ip_vs'], sysctls: {}, chains: [], jumps: [], policyRules: [], routes: [] };
  const release = {
    director: 'director1',
    files: [
      file('/etc/ha.d/authkeys', `auth 1\n1 sha1 ${SECRETS.heartbeat}\n`, true),
      file('/etc/ha.d/ha.cf', 'keepalive 1\n', false),
      file('/etc/keepalived/keepalived.conf', `  auth_pass ${SECRETS.vrrp}\n`, false),
    ],
    intent: { always, active: { virtualAddresses: [], ...role }, standby: role },
  };
  const body = { sources: { releaseHashes: { director1: 'f00d' }, releases: [release] } };
  await getDb().plan.create({ data: { id: 'p', topologyId, revision: 1, hash: 'h', body, createdBy: 'x' } });
  const head = { topologyId, revision: 1, planId: 'p', planHash: 'h', state: 'verified', author: 'x', generation: 1 };
  await getDb().deploy.create({ data: { ...head, outcome: `failed: auth_pass ${SECRETS.vrrp}` } });
}

const make = () => makeSupportBundle({ ctx: contextOf('operator'), input: { topologyId } });

describe('the support bundle', () => {
  it('holds outputs, intent, hashes, versions, drift and deploys of both directors', async () => {
    const { name, content } = await make();
    expect(name).toMatch(/^lvs-console-[a-z0-9-]+-[\d-]+\.tar\.gz$/);
    const text = gunzipSync(content).toString('utf8');
    for (const part of [
      ...['README.txt', 'pair.json', 'drift.json', 'deploys.json', 'versions.json', 'topology-running.json'],
      ...['director1/outputs/ipvs-list.txt', 'director2/outputs/firewall.txt', 'director1/intent/kernel.json'],
      ...['director1/intent/hashes.json', 'director1/intent/files/etc/ha.d/ha.cf', 'out of modules', 'keepalive 1'],
    ])
      expect(text).toContain(part);
    expect(text).not.toContain('intent/files/etc/ha.d/authkeys');
    expect(await getDb().auditRow.count({ where: { action: 'support.bundle' } })).toBe(1);
  });

  it.each(Object.entries(SECRETS))('has no byte of the secret of %s, in any spelling', async (_whose, secret) => {
    const bytes = Buffer.from(gunzipSync((await make()).content));
    const escaped = JSON.stringify(secret).slice(1, -1);
    for (const spelling of [
      secret,
      encodeURIComponent(secret),
      btoa(secret),
      escaped,
      JSON.stringify(escaped).slice(1, -1),
    ])
      expect(bytes.includes(Buffer.from(spelling))).toBe(false);
  });

  it('is refused to a viewer, and of a pair that is not there', async () => {
    const viewer = makeSupportBundle({ ctx: contextOf('viewer'), input: { topologyId } });
    await expect(viewer).rejects.toMatchObject({ code: 'forbidden' });
    const absent = makeSupportBundle({ ctx: contextOf('operator'), input: { topologyId: 'absent' } });
    await expect(absent).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is made of what is known while a director does not answer', async () => {
    const answer = worker.answer.readOutputs;
    worker.answer.readOutputs = async () => ({ problem: 'director1 does not answer.', outputs: [] });
    expect(gunzipSync((await make()).content).toString('utf8')).toContain('director1 does not answer.');
    worker.answer.readOutputs = answer!;
  });
});

describe('a literal output', () => {
  it('is one section of a director of this pair', async () => {
    const ask = (director: string) =>
      readLiveOutput({ ctx: contextOf('viewer'), input: { topologyId, director, section: 'modules' } });
    expect((await ask('director2')).outputs.map(({ section }) => section)).toEqual(['modules']);
    await expect(ask('director9')).rejects.toMatchObject({ code: 'not-found' });
  });
});
