// Alerts from frames to outside, with real parts: the database, an HTTP server, an SMTP conversation.
import net, { type AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { neverRead } from '../core/never-read';
import { seedDocument } from '../core/seed';
import { defaultAlertSettings, type AlertSettings } from '../core/views/alert';
import type { LiveHost } from '../core/views/live';
import { storeAlertSettings } from '../db/alert-settings-row';
import { getDb, inTransaction } from '../db/client';
import { startMailServer, startWebhook, type MailServer, type Webhook } from '../testing/message-receivers';
import { setUpTestDatabase } from '../testing/test-database';
import { testMessage } from './alert-message';
import { removeOldAlerts } from './alert-store';
import { lookAtPairs } from './alert-watch';
import { deliverDue } from './deliver-alerts';
import { DeliveryError, sendAlert } from './send-alert';

setUpTestDatabase();

const SECRET_PATH = '/services/T000/secret-token';
let webhook: Webhook;
let mailServer: MailServer;
let topologyId = '';
const db = () => getDb();
const logged: string[] = [];
const log = pino({ level: 'warn' }, { write: (line: string) => void logged.push(line) });

beforeAll(async () => {
  [webhook, mailServer] = await Promise.all([startWebhook(), startMailServer()]);
  const document = seedDocument('edge');
  ({ id: topologyId } = await db().topology.create({ data: { name: 'edge', revision: 1 } }));
  const row = {
    topologyId,
    number: 1,
    document,
    author: 'test',
    message: '',
    deployable: true,
    errors: 0,
    warnings: 0,
  };
  await db().topologyRevision.create({ data: row });
  for (const name of ['director1', 'director2'])
    await db().director.create({ data: { topologyId, name, address: '127.0.0.1', port: 22, user: 'root' } });
});
afterAll(() => {
  webhook.close();
  mailServer.close();
});
beforeEach(async () => {
  await db().alert.deleteMany();
  await db().alertMute.deleteMany();
  [webhook.received, mailServer.mails, logged].forEach((list) => list.splice(0));
  [webhook.answerWith, mailServer.refuseLogin] = [200, false];
  await save({ webhook: { isEnabled: true } });
});

async function save(change: Partial<AlertSettings>, webhookUrl = webhook.url(SECRET_PATH)) {
  const settings = { ...defaultAlertSettings, ...change };
  await inTransaction(db(), (tx) => storeAlertSettings(tx, { settings, secrets: { webhookUrl, password: 'hunter2' } }));
}
const mailSettings = (): AlertSettings['email'] => ({
  ...{ isEnabled: true, host: '127.0.0.1', port: mailServer.port, security: 'none', user: 'console' },
  ...{ from: 'lvs@example.org', to: ['oncall@example.org'] },
});

/** As the pollers write: both directors read at `at`, in these roles. */
async function frames(at: number, ...roles: LiveHost['role'][]): Promise<void> {
  const directors = await db().director.findMany({ where: { topologyId }, orderBy: { name: 'asc' } });
  for (const [index, { id: directorId, name }] of directors.entries()) {
    const role = roles[index] ?? 'unknown';
    const frame: LiveHost = { ...neverRead(name), role, readAt: new Date(at).toISOString() };
    await db().liveFrame.upsert({ where: { directorId }, create: { directorId, frame }, update: { frame } });
  }
}

/** The directors as a split deploy leaves them: each has confirmed another release. */
async function splitFrames(at: number): Promise<void> {
  for (const { directorId, frame } of await db().liveFrame.findMany({ include: { director: true } })) {
    const host = frame as LiveHost;
    const confirmed = host.director === 'director1' ? '2-b' : '1-a';
    const next = { ...host, readAt: new Date(at).toISOString(), release: { ...host.release, confirmed } };
    await db().liveFrame.update({ where: { directorId }, data: { frame: next } });
  }
}

/** Looks once a second at frames that are as old as the look. */
async function watch(
  look: (now: number) => Promise<void>,
  from: number,
  seconds: number,
  ...roles: LiveHost['role'][]
) {
  for (let second = 0; second < seconds; second += 1) {
    await frames(from + second * 1000, ...roles);
    await look(from + second * 1000);
  }
}
function watcher() {
  let now = 0;
  const look = lookAtPairs(db(), () => now);
  return (at: number) => {
    now = at;
    return look();
  };
}
const alerts = () => db().alert.findMany({ orderBy: { raisedAt: 'asc' } });
const START = Date.parse('2026-11-23T12:00:00Z');

describe('an alert', () => {
  it('is raised once, told, survives another worker, and is told again when it is over', async () => {
    await watch(watcher(), START, 6, 'active', 'active');
    expect((await alerts()).map(({ rule, clearedAt }) => [rule, clearedAt])).toEqual([['split-brain', null]]);
    await deliverDue(db(), log);
    const next = watcher();
    await watch(next, START + 6_000, 6, 'active', 'active');
    expect(await alerts()).toHaveLength(1);
    await watch(next, START + 12_000, 12, 'active', 'standby');
    await deliverDue(db(), log);
    expect((await alerts()).map(({ openKey }) => openKey)).toEqual([null]);
    expect(webhook.received.map(({ path, body }) => [path, body.event, body.pair, body.rule])).toEqual([
      [SECRET_PATH, 'raised', 'edge', 'split-brain'],
      [SECRET_PATH, 'cleared', 'edge', 'split-brain'],
    ]);
  });

  it('that is muted is kept and told to nobody, neither its beginning nor its end', async () => {
    const until = new Date(Date.now() + 60_000);
    await db().alertMute.create({ data: { topologyId, rule: 'split-brain', until, reason: 'planned', author: 'x' } });
    const look = watcher();
    await watch(look, START, 6, 'active', 'active');
    await db().alertMute.deleteMany();
    await watch(look, START + 6_000, 12, 'active', 'standby');
    await deliverDue(db(), log);
    expect([(await alerts()).length, await db().alertDelivery.count(), webhook.received.length]).toEqual([1, 0, 0]);
  });

  it('about two directors of one pair is one each', async () => {
    const look = watcher();
    await watch(look, START, 1, 'active', 'standby');
    for (let second = 11; second < 16; second += 1) await look(START + second * 1000);
    expect((await alerts()).map(({ rule, subject }) => [rule, subject])).toEqual([
      ['director-unreachable', 'director1'],
      ['director-unreachable', 'director2'],
    ]);
  });
});

it('a deploy that left the pair split is told as critical, also after an attempt that came to nothing', async () => {
  const plan = await db().plan.create({ data: { topologyId, revision: 1, hash: 'h', body: {}, createdBy: 'x' } });
  for (const [generation, state] of ['verified', 'failed', 'rolled-back'].entries())
    await db().deploy.create({
      data: { topologyId, revision: 1, planId: plan.id, planHash: 'h', state, author: 'x', generation },
    });
  await frames(START, 'active', 'standby');
  const look = watcher();
  for (let second = 0; second <= 11; second += 1) {
    await splitFrames(START + second * 1000);
    await look(START + second * 1000);
  }
  const told = (await alerts()).map(({ rule, subject, severity }) => [rule, subject, severity]);
  const [, failed, rolledBack] = await db().deploy.findMany({ orderBy: { number: 'asc' } });
  expect(told).toEqual([
    ['deploy-rolled-back', `deploy ${rolledBack?.number}`, 'warning'],
    ['deploy-failed', `deploy ${failed?.number}`, 'critical'],
  ]);
  await db().deploy.deleteMany();
});

describe('delivery', () => {
  const raise = () => watch(watcher(), START, 6, 'active', 'active');

  it('is tried again a bounded number of times, then given up with the reason, and no log has the address', async () => {
    await raise();
    webhook.answerWith = 500;
    let now = Date.now();
    for (let round = 0; round < 12; round += 1) {
      await deliverDue(db(), log, now);
      now += 1_000_000;
    }
    const [row] = await db().alertDelivery.findMany();
    expect(webhook.received).toHaveLength(5);
    expect(row).toMatchObject({
      attempts: 5,
      nextAt: null,
      sentAt: null,
      problem: 'The webhook answered with status 500.',
    });
    expect(logged.length).toBe(5);
    expect(logged.join('')).not.toMatch(/secret-token|hunter2/);
  });

  it('waits between two attempts, and is over when one succeeds', async () => {
    await raise();
    webhook.answerWith = 503;
    const now = Date.now();
    await deliverDue(db(), log, now);
    await deliverDue(db(), log, now + 5_000);
    expect(webhook.received).toHaveLength(1);
    webhook.answerWith = 204;
    await deliverDue(db(), log, now + 11_000);
    await deliverDue(db(), log, now + 900_000);
    expect(webhook.received).toHaveLength(2);
    expect(await db().alertDelivery.findFirst()).toMatchObject({ attempts: 2, nextAt: null, problem: null });
  });

  it.each([
    ['follows no redirect', 302, 'The webhook answered with a redirect (302)'],
    ['takes no refusal for success', 404, 'The webhook answered with status 404'],
  ])('%s', async (_what, status, words) => {
    webhook.answerWith = status;
    const stored = {
      settings: defaultAlertSettings,
      secrets: { webhookUrl: webhook.url('/x'), password: '' },
    };
    const error = await sendAlert('webhook', testMessage('http://c/alerts'), stored).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(DeliveryError);
    expect((error as Error).message).toContain(words);
  });

  it('says that nobody listens, without the address', async () => {
    const closing = net.createServer();
    await new Promise<void>((resolve) => closing.listen(0, '127.0.0.1', resolve));
    const { port: closedPort } = closing.address() as AddressInfo;
    await new Promise((resolve) => closing.close(resolve));
    const stored = {
      settings: defaultAlertSettings,
      secrets: { webhookUrl: `http://127.0.0.1:${closedPort}${SECRET_PATH}`, password: '' },
    };
    await expect(sendAlert('webhook', testMessage('http://c/alerts'), stored)).rejects.toThrow(
      'The webhook could not be reached (ECONNREFUSED).',
    );
  });

  it('by mail logs in and sends one message to every recipient', async () => {
    await save({ email: mailSettings() });
    await raise();
    await deliverDue(db(), log);
    const [mail] = mailServer.mails;
    expect(mail?.lines.filter((line) => /^(AUTH|MAIL|RCPT)/.test(line))).toEqual([
      `AUTH PLAIN ${Buffer.from('\0console\0hunter2').toString('base64')}`,
      'MAIL FROM:<lvs@example.org>',
      'RCPT TO:<oncall@example.org>',
    ]);
    expect(mail?.text).toMatch(/^Subject: \[LVS Console\] ALERT edge: split-brain$/m);
    expect(mail?.text).toContain('both hold the virtual addresses');
    expect(await db().alertDelivery.findMany()).toMatchObject([{ channel: 'email', problem: null, nextAt: null }]);
  });

  it('by mail tells a refused login without the server’s words or the password', async () => {
    mailServer.refuseLogin = true;
    await save({ email: mailSettings() });
    await raise();
    await deliverDue(db(), log);
    expect(await db().alertDelivery.findFirst()).toMatchObject({
      problem: `The mail server 127.0.0.1:${mailServer.port} did not take the message (EAUTH 535).`,
    });
    expect(logged.join('')).not.toContain('hunter2');
  });

  it('by mail sends nothing, not even the password, to a server that offers no STARTTLS when it is asked for', async () => {
    await save({ email: { ...mailSettings(), security: 'starttls' } });
    await raise();
    await deliverDue(db(), log);
    expect(mailServer.mails).toEqual([]);
    expect((await db().alertDelivery.findFirst())?.problem).toContain('did not take the message');
  });
});

describe('the table of alerts', () => {
  it('loses cleared ones after 90 days, and keeps open ones', async () => {
    const raisedAt = new Date(Date.now() - 100 * 86_400_000);
    const row = { topologyId, subject: '', severity: 'warning', sentence: '', raisedAt };
    await db().alert.create({ data: { ...row, rule: 'drift', openKey: 'open' } });
    await db().alert.create({ data: { ...row, rule: 'no-active', clearedAt: raisedAt } });
    await removeOldAlerts(db());
    expect((await alerts()).map(({ rule }) => rule)).toEqual(['drift']);
  });
});
