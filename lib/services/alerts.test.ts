// Alerts as people handle them: who may, once, audited; and secrets that go in and never come out.
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { seedDocument } from '@/lib/core/seed';
import { defaultAlertSettings, type AlertSettingsView } from '@/lib/core/views/alert';
import { loadAlertSettings } from '@/lib/db/alert-settings-row';
import { getDb } from '@/lib/db/client';
import { contextOf, setUpTestDatabase } from '@/lib/testing/test-database';
import { getAlertSettings, saveAlertSettings, testAlertChannel } from './alert-settings';
import { acknowledgeAlert, endMute, listAlerts, muteAlerts } from './alerts';
import { createTopology } from './create-topology';
import { openTestWorker } from './test-worker';

setUpTestDatabase();

let topologyId = '';
let id = '';
const list = () => listAlerts({ ctx: contextOf('viewer'), input: {} });
const lastAudit = () => getDb().auditRow.findFirst({ orderBy: { at: 'desc' } });

beforeAll(async () => {
  const input = { document: seedDocument('edge'), message: '' };
  ({ topologyId } = await createTopology({ ctx: contextOf('operator'), input }));
});
beforeEach(async () => {
  await getDb().alert.deleteMany();
  await getDb().alertMute.deleteMany();
  const row = { topologyId, rule: 'drift', subject: 'director1', severity: 'warning', sentence: 's' };
  ({ id } = await getDb().alert.create({ data: { ...row, openKey: 'a' } }));
  await getDb().alertDelivery.create({
    data: { alertId: id, channel: 'webhook', event: 'raised', attempts: 5, nextAt: null, problem: 'p' },
  });
});

describe('alerts', () => {
  it('are told with what became of their delivery', async () => {
    const { open, past } = await list();
    expect(past).toEqual([]);
    expect(open).toMatchObject([
      {
        ...{ id, topologyName: 'edge', rule: 'drift', isMuted: false },
        deliveries: [{ channel: 'webhook', event: 'raised', state: 'given-up', attempts: 5, problem: 'p' }],
      },
    ]);
  });

  it('are acknowledged once, by an operator, in the audit trail', async () => {
    const alert = await acknowledgeAlert({ ctx: contextOf('operator'), input: { id } });
    expect(alert.acknowledgedBy).toBe('operator@example.org');
    expect(await lastAudit()).toMatchObject({ action: 'alert.acknowledge', target: 'edge', after: { rule: 'drift' } });
    const again = acknowledgeAlert({ ctx: contextOf('admin'), input: { id } });
    await expect(again).rejects.toMatchObject({ code: 'conflict', message: /operator@example.org/ });
  });

  it('are muted by rule or by pair for a time, and loud again when it is over', async () => {
    const mute = (rule: 'drift' | '*' | 'no-active') =>
      muteAlerts({ ctx: contextOf('operator'), input: { topologyId, rule, minutes: 10, reason: 'planned' } });
    await mute('no-active');
    expect((await list()).open[0]?.isMuted).toBe(false);
    const { id: muteId } = await mute('*');
    expect((await list()).open[0]?.isMuted).toBe(true);
    await endMute({ ctx: contextOf('operator'), input: { id: muteId } });
    expect((await list()).open[0]?.isMuted).toBe(false);
    expect(await lastAudit()).toMatchObject({ action: 'alert.unmute', before: { rule: '*', reason: 'planned' } });
    const row = { topologyId, rule: 'drift', reason: 'x', author: 'x' };
    await getDb().alertMute.create({ data: { ...row, until: new Date(Date.now() - 1) } });
    expect((await list()).open[0]?.isMuted).toBe(false);
  });

  it.each([
    ['acknowledged', () => acknowledgeAlert({ ctx: contextOf('viewer'), input: { id } })],
    [
      'muted',
      () => muteAlerts({ ctx: contextOf('viewer'), input: { topologyId, rule: '*', minutes: 1, reason: 'x' } }),
    ],
    ['unmuted', () => endMute({ ctx: contextOf('viewer'), input: { id: 'x' } })],
  ])('are not %s by a viewer', async (_what, act) => {
    await expect(act()).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('who looks', () => {
  const watch = async () => (await list()).watch;
  /** A frame that the worker wrote so long ago. */
  async function frameOf(agoMs: number): Promise<Date> {
    const updatedAt = new Date(Date.now() - agoMs);
    const { id: directorId } = await getDb().director.findFirstOrThrow({ where: { topologyId } });
    const data = { frame: {}, updatedAt };
    await getDb().liveFrame.upsert({ where: { directorId }, create: { directorId, ...data }, update: data });
    return updatedAt;
  }

  it('is nobody before the first sign of a worker, and nobody since its last frame when it is away', async () => {
    expect(await watch()).toEqual({ isWatched: false });
    const died = await frameOf(60_000);
    expect(await watch()).toEqual({ isWatched: false, lookedAt: died.toISOString() });
    await frameOf(2_000);
    expect(await watch()).toMatchObject({ isWatched: true });
  });

  it('is a worker that answers, however old the frames are', async () => {
    await frameOf(60_000);
    const worker = await openTestWorker();
    worker.answer.ping = async () => ({});
    await expect.poll(watch, { timeout: 5_000 }).toMatchObject({ isWatched: true });
    await worker.close();
  });
});

describe('delivery settings', () => {
  const url = 'https://hooks.example.org/services/secret-token';
  const email = {
    ...defaultAlertSettings.email,
    host: 'mail.example.org',
    user: 'console',
    from: 'a@example.org',
    to: ['b@example.org'],
  };
  const seen = () => getAlertSettings({ ctx: contextOf('admin'), input: {} });
  const save = async (change: object, base?: AlertSettingsView) =>
    saveAlertSettings({
      ctx: contextOf('admin'),
      input: { ...defaultAlertSettings, email, ...change, base: base ?? (await seen()) },
    });

  it('keep secrets sealed, show host and presence only, and keep what is left out', async () => {
    await save({ webhook: { isEnabled: true }, webhookUrl: url, password: 'hunter2' });
    await save({ webhook: { isEnabled: false } });
    const view = await getAlertSettings({ ctx: contextOf('admin'), input: {} });
    expect(view).toMatchObject({ webhookHost: 'hooks.example.org', hasPassword: true, webhook: { isEnabled: false } });
    expect((await loadAlertSettings(getDb())).secrets).toEqual({ webhookUrl: url, password: 'hunter2' });
    const kept = JSON.stringify([
      await getDb().alertSettings.findMany(),
      await getDb().auditRow.findMany({ where: { action: 'alert.settings' } }),
      view,
    ]);
    expect(kept).not.toMatch(/secret-token|hunter2/);
    expect(Buffer.from((await getDb().alertSettings.findFirstOrThrow()).secrets).toString('latin1')).not.toMatch(
      /hunter2/,
    );
  });

  it('forget the password when the mail server becomes another one', async () => {
    await save({ password: 'hunter2' });
    const other = { email: { ...email, host: 'evil.example.org', isEnabled: true } };
    await expect(save(other)).rejects.toMatchObject({ code: 'invalid', message: /no password/ });
    await save({ email: { ...email, host: 'evil.example.org' } });
    expect((await loadAlertSettings(getDb())).secrets.password).toBe('');
  });

  it('are a conflict when another administrator changed them since they were shown', async () => {
    const before = await seen();
    const first = await save({ email: { ...email, from: 'first@example.org' } }, before);
    const late = save({ email: { ...email, from: 'second@example.org' } }, before);
    await expect(late).rejects.toMatchObject({ code: 'conflict', details: { current: first } });
    expect((await seen()).email.from).toBe('first@example.org');
  });

  it('are set by one of two at the same moment, also for the first time', async () => {
    await getDb().alertSettings.deleteMany();
    const base = await seen();
    const both = await Promise.allSettled(
      ['first@example.org', 'second@example.org'].map((from) => save({ email: { ...email, from } }, base)),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('refuse a channel that is on and cannot send', async () => {
    await getDb().alertSettings.deleteMany();
    await expect(save({ webhook: { isEnabled: true } })).rejects.toMatchObject({
      code: 'invalid',
      message: /no address/,
    });
    await expect(save({ email: { ...email, to: [], isEnabled: true } })).rejects.toMatchObject({ code: 'invalid' });
  });

  it('are for administrators, and are tried through the worker', async () => {
    await expect(getAlertSettings({ ctx: contextOf('operator'), input: {} })).rejects.toMatchObject({
      code: 'forbidden',
    });
    const asOperator = { ctx: contextOf('operator'), input: { ...defaultAlertSettings, base: await seen() } };
    await expect(saveAlertSettings(asOperator)).rejects.toMatchObject({ code: 'forbidden' });
    const worker = await openTestWorker();
    worker.answer.testAlert = async () => ({});
    await testAlertChannel({ ctx: contextOf('admin'), input: { channel: 'email' } });
    expect(worker.calls).toEqual([{ verb: 'testAlert', input: { channel: 'email' } }]);
    await worker.close();
  });
});
