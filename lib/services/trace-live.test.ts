// A packet on both directors beside what the topology means, through the worker, and one word for the pair.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { neverRead } from '@/lib/core/never-read';
import type { LiveHost } from '@/lib/core/views/live';
import type { LiveAnswer } from '@/lib/core/views/live-trace';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { createTopology } from './create-topology';
import { openTestWorker, type TestWorker } from './test-worker';
import { traceLivePair } from './trace-live';

setUpTestDatabase();

let topologyId = '';
let ids: string[] = [];
let worker: TestWorker;

beforeAll(async () => {
  worker = await openTestWorker();
  const input = { document: seedDocument(), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
  await getDb().director.updateMany({ where: { topologyId }, data: { fingerprint: 'SHA256:x' } });
  const rows = await getDb().director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
  ids = rows.map(({ id }) => id);
  await setRoles('active', 'active');
});
afterAll(() => worker.close());

async function setRoles(...roles: LiveHost['role'][]): Promise<void> {
  for (const [at, directorId] of ids.entries()) {
    const frame = { ...neverRead(`director${at + 1}`), role: roles[at] ?? 'unknown', readAt: new Date().toISOString() };
    await getDb().liveFrame.upsert({ where: { directorId }, create: { directorId, frame }, update: { frame } });
  }
}

const servers = seedDocument().pools[0]!.realServers;
const unserved: LiveAnswer = { mark: 1, delivered: 'local', realServers: [], steps: [], doubts: [], notRead: [] };
const right: LiveAnswer = {
  ...{ ...unserved, service: 'fwm:1' },
  realServers: servers.map(({ address, weight = 1 }) => ({ address, forwarding: 'masq', weight, share: 0.5 })),
};
const readAt = '2026-01-01T00:00:00.000Z';
const answers = (...each: (Partial<LiveAnswer> | string)[]) => {
  worker.answer.traceLive = async ({ directorId }) => {
    const given = each[ids.indexOf(directorId)] ?? {};
    return typeof given === 'string' ? { problem: given } : { readAt, answer: { ...right, ...given } };
  };
};
const trace = (packet = 'tcp 203.0.113.9 -> 192.168.0.17:443') =>
  traceLivePair({ ctx: contextOf('viewer'), input: { topologyId, packet } });

describe('a packet on the live pair', () => {
  it('is as meant when both directors do what the topology says', async () => {
    answers();
    const found = await trace();
    expect(found).toMatchObject({
      verdict: 'agree',
      sentence: 'director1 and director2 treat it as the topology means.',
    });
    expect(found.meant).toMatchObject({ revision: 1, isRunning: false, mark: 1, pool: 'web' });
    expect(found.hosts[0]).toMatchObject({ director: 'director1', readAt, agrees: 'yes' });
    expect(worker.calls[0]?.input).toMatchObject({ packet: 'tcp 203.0.113.9 -> 192.168.0.17:443', device: 'eth0' });
  });

  it.each([
    [
      'one differs',
      [{}, { mark: 0, delivered: 'unreachable', realServers: [] }],
      'disagree',
      /^director2 does not do what the topology means: It gets no mark here/,
    ],
    [
      'both differ alike',
      [{ mark: 7 }, { mark: 7 }],
      'disagree',
      /^director1 and director2 treat it alike, but not as the topology means/,
    ],
    ['all three differ', [{ mark: 7 }, { mark: 8 }], 'disagree', /differ from the topology and from each other/],
    ['one was not read', [{}, 'No answer.'], 'unknown', /^director2: No answer\.$/],
    [
      'one has a rule that cannot be judged',
      [{ doubts: ['x'] }, {}],
      'unknown',
      /^director1: rules that cannot be judged/,
    ],
  ] as const)('says so when %s', async (_what, each, verdict, sentence) => {
    answers(...(each as unknown as (Partial<LiveAnswer> | string)[]));
    const found = await trace();
    expect(found.verdict).toBe(verdict);
    expect(found.sentence).toMatch(sentence);
  });

  it('has no service on a standby of heartbeat, as meant, and is not judged while the role is not known', async () => {
    worker.answer.traceLive = async ({ directorId }) =>
      directorId === ids[0] ? { readAt, answer: right } : { readAt, answer: unserved };
    await setRoles('active', 'standby');
    expect((await trace()).verdict).toBe('agree');
    await setRoles('active', 'unknown');
    expect(await trace()).toMatchObject({
      verdict: 'unknown',
      sentence: expect.stringMatching(/^director2: Whether it/) as string,
    });
    await setRoles('active', 'active');
    expect((await trace()).sentence).toMatch(/^director2 does not do .*No virtual service takes it here/);
  });

  it('refuses what is no packet, and a topology that is not there', async () => {
    await expect(trace('tcp nowhere')).rejects.toMatchObject({ code: 'invalid' });
    const absent = traceLivePair({
      ctx: contextOf('viewer'),
      input: { topologyId: 'absent', packet: 'tcp 192.0.2.1' },
    });
    await expect(absent).rejects.toMatchObject({ code: 'not-found' });
  });
});
