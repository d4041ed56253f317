// Takes due deliveries one after another: sent, tried again later, or given up with the reason in sight.
import 'server-only';
import { ServiceError } from '../core/errors';
import {
  alertChannelSchema,
  alertEventSchema,
  alertRuleSchema,
  alertSeveritySchema,
  type AlertChannel,
} from '../core/views/alert';
import { loadAlertSettings } from '../db/alert-settings-row';
import type { Db } from '../db/client';
import { testMessage, type AlertMessage } from './alert-message';
import type { Logger } from './logger';
import { DeliveryError, sendAlert } from './send-alert';

/** After each failed attempt; then it is given up: an alert of an hour ago is on the page, not in a queue. */
const AGAIN_MS = [10_000, 60_000, 300_000, 900_000];
const AT_ONCE = 20;

export async function deliverDue(db: Db, log: Logger, now = Date.now()): Promise<void> {
  const due = await db.alertDelivery.findMany({
    where: { nextAt: { lte: new Date(now) } },
    orderBy: { nextAt: 'asc' },
    take: AT_ONCE,
    include: { alert: { include: { topology: { select: { name: true } } } } },
  });
  for (const { id, channel, event, attempts, alert } of due) {
    const data = await attempt(db, log, alertChannelSchema.parse(channel), toMessage(event, alert)).then(
      () => ({ nextAt: null, sentAt: new Date(), problem: null }),
      (problem: string) => ({ nextAt: nextAfter(attempts, now), problem }),
    );
    // The row may be gone: its pair was removed meanwhile.
    await db.alertDelivery.updateMany({ where: { id }, data: { ...data, attempts: attempts + 1 } });
  }
}

function nextAfter(attempts: number, now: number): Date | null {
  const wait = AGAIN_MS[attempts];
  return wait === undefined ? null : new Date(now + wait);
}

/** Rejects with the sentence that may be shown. */
async function attempt(db: Db, log: Logger, channel: 'webhook' | 'email', message: AlertMessage): Promise<void> {
  try {
    await sendAlert(channel, message, await loadAlertSettings(db));
  } catch (error) {
    const problem =
      error instanceof DeliveryError ? error.message : 'The console could not send it; its worker log has the reason.';
    // Only our own words: an error of a library may carry the address or the password.
    log.warn(
      { channel, problem, kind: error instanceof Error ? error.name : typeof error },
      'an alert was not delivered',
    );
    throw problem;
  }
}

type AlertRow = {
  rule: string;
  subject: string;
  severity: string;
  sentence: string;
  raisedAt: Date;
  clearedAt: Date | null;
  topology: { name: string };
};

function toMessage(event: string, alert: AlertRow): AlertMessage {
  const { rule, subject, severity, sentence, raisedAt, clearedAt, topology } = alert;
  return {
    ...{ event: alertEventSchema.parse(event), pair: topology.name, rule: alertRuleSchema.parse(rule), subject },
    ...{ severity: alertSeveritySchema.parse(severity), sentence, raisedAt: raisedAt.toISOString() },
    ...(clearedAt && { clearedAt: clearedAt.toISOString() }),
    url: alertsUrl(),
  };
}

/** Throws ServiceError('unavailable') with what the channel did. */
export async function testAlert(db: Db, channel: AlertChannel): Promise<Record<string, never>> {
  await sendAlert(channel, testMessage(alertsUrl()), await loadAlertSettings(db)).catch((cause: unknown) => {
    if (cause instanceof DeliveryError) throw new ServiceError('unavailable', cause.message);
    throw cause;
  });
  return {};
}

function alertsUrl(): string {
  return new URL('/alerts', process.env['LVS_CONSOLE_URL'] ?? 'http://127.0.0.1:3000').toString();
}
