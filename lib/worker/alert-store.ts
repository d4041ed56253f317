// Alerts as rows: raised and cleared once whatever happens to the worker, with a delivery for every channel that is on.
import 'server-only';
import { alertRuleSchema, alertSeveritySchema, type AlertChannel, type AlertEvent } from '../core/views/alert';
import { loadAlertSettings } from '../db/alert-settings-row';
import { inTransaction, type Db, type Tx } from '../db/client';
import type { AlertCondition } from '../live/alert-rules';
import { alertKey, type TrackedAlerts } from '../live/track-alerts';

/** Cleared alerts are kept that long, and that many. */
const KEPT_MS = 90 * 86_400_000;
const MOST_KEPT = 5_000;

const openKeyOf = (topologyId: string, condition: Pick<AlertCondition, 'rule' | 'subject'>) =>
  `${topologyId} ${alertKey(condition)}`;

/** What an earlier worker raised goes on as raised. */
export async function loadOpenAlerts(db: Db, topologyId: string, now: number): Promise<TrackedAlerts> {
  const rows = await db.alert.findMany({ where: { topologyId, openKey: { not: null } } });
  return new Map(
    rows.flatMap(({ rule, subject, severity, sentence, raisedAt }) => {
      const known = alertRuleSchema.safeParse(rule);
      if (!known.success) return [];
      const condition = { rule: known.data, subject, severity: alertSeveritySchema.parse(severity), sentence };
      return [[alertKey(condition), { ...condition, firstSeen: raisedAt.getTime(), lastSeen: now, isRaised: true }]];
    }),
  );
}

export async function raiseAlert(db: Db, topologyId: string, condition: AlertCondition): Promise<void> {
  await inTransaction(db, async (tx) => {
    const openKey = openKeyOf(topologyId, condition);
    const { count } = await tx.alert.createMany({
      data: [{ topologyId, ...condition, openKey }],
      skipDuplicates: true,
    });
    if (count === 0) return;
    const { id } = await tx.alert.findUniqueOrThrow({ where: { openKey } });
    await queueDeliveries(tx, { id, topologyId, rule: condition.rule }, 'raised');
  });
}

export async function clearAlert(db: Db, topologyId: string, condition: AlertCondition): Promise<void> {
  await inTransaction(db, async (tx) => {
    const open = await tx.alert.findUnique({ where: { openKey: openKeyOf(topologyId, condition) } });
    if (!open) return;
    await tx.alert.update({ where: { id: open.id }, data: { openKey: null, clearedAt: new Date() } });
    // Who was not told of the beginning is not told of the end.
    const told = await tx.alertDelivery.count({ where: { alertId: open.id, event: 'raised' } });
    if (told > 0) await queueDeliveries(tx, { id: open.id, topologyId, rule: condition.rule }, 'cleared');
  });
}

async function queueDeliveries(
  tx: Tx,
  { id: alertId, topologyId, rule }: { id: string; topologyId: string; rule: string },
  event: AlertEvent,
): Promise<void> {
  const muted = await tx.alertMute.count({
    where: { topologyId, rule: { in: [rule, '*'] }, until: { gt: new Date() } },
  });
  if (muted > 0) return;
  const { settings } = await loadAlertSettings(tx);
  const channels = (['webhook', 'email'] as const satisfies AlertChannel[]).filter(
    (channel) => settings[channel].isEnabled,
  );
  await tx.alertDelivery.createMany({ data: channels.map((channel) => ({ alertId, channel, event })) });
}

export async function removeOldAlerts(db: Db): Promise<void> {
  await db.alert.deleteMany({ where: { openKey: null, clearedAt: { lt: new Date(Date.now() - KEPT_MS) } } });
  const [last] = await db.alert.findMany({
    where: { openKey: null },
    orderBy: { raisedAt: 'desc' },
    skip: MOST_KEPT,
    take: 1,
  });
  if (last) await db.alert.deleteMany({ where: { openKey: null, raisedAt: { lte: last.raisedAt } } });
}
