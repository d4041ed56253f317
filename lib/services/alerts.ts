// Alerts as people handle them: seen, acknowledged, muted for a time. Raising and clearing is the worker's.
import 'server-only';
import { z } from 'zod';
import { ServiceError } from '@/lib/core/errors';
import { COUNTED_AS_GONE_MS } from '@/lib/core/pair-drift';
import {
  alertRuleSchema,
  alertSchema,
  type Alert as AlertView,
  type AlertList,
  type AlertMute as MuteView,
} from '@/lib/core/views/alert';
import { inTransaction, type Db } from '@/lib/db/client';
import type { Alert, AlertDelivery, AlertMute } from '@/lib/db/generated/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs } from './context';
import { getReadiness } from './readiness';

const MOST_PAST = 200;
const LONGEST_MUTE_MINUTES = 30 * 24 * 60;

export const muteAlertsInput = z.object({
  topologyId: z.string(),
  rule: z.union([alertRuleSchema, z.literal('*')]),
  minutes: z.int().min(1).max(LONGEST_MUTE_MINUTES),
  reason: z.string().trim().min(1, 'say why, for who looks later').max(500),
});
export type MuteAlertsInput = z.infer<typeof muteAlertsInput>;

const withTopology = { topology: { select: { name: true } } } as const;

export async function listAlerts({ ctx }: VerbArgs<object>): Promise<AlertList> {
  requireRole(ctx, 'viewer');
  const include = { ...withTopology, deliveries: true };
  const [open, past, mutes, watch] = await Promise.all([
    ctx.db.alert.findMany({ where: { openKey: { not: null } }, include, orderBy: { raisedAt: 'desc' } }),
    ctx.db.alert.findMany({ where: { openKey: null }, include, orderBy: { raisedAt: 'desc' }, take: MOST_PAST }),
    listMutes(ctx.db),
    findWatch(ctx.db),
  ]);
  const toView = (row: AlertRow) => toAlert(row, mutes);
  return { open: open.map(toView), past: past.map(toView), mutes: mutes.map(toMute), watch };
}

/** The worker alone raises alerts. A frame is its sign of life too, and outlasts it; a restart takes a moment and is no news. */
async function findWatch(db: Db): Promise<AlertList['watch']> {
  const [{ worker }, { _max: newest }] = await Promise.all([
    getReadiness(),
    db.liveFrame.aggregate({ _max: { updatedAt: true } }),
  ]);
  const lookedAt = worker === 'answers' ? new Date() : newest.updatedAt;
  if (!lookedAt) return { isWatched: false };
  return { isWatched: Date.now() - lookedAt.getTime() < COUNTED_AS_GONE_MS, lookedAt: lookedAt.toISOString() };
}

const listMutes = (db: Db) =>
  db.alertMute.findMany({ where: { until: { gt: new Date() } }, include: withTopology, orderBy: { until: 'asc' } });

/** Tells the others that somebody looks after it; it stays until its condition is gone. */
export async function acknowledgeAlert({ ctx, input }: VerbArgs<{ id: string }>): Promise<AlertView> {
  requireRole(ctx, 'operator');
  await inTransaction(ctx.db, async (tx) => {
    const alert = await tx.alert.findUnique({ where: { id: input.id }, include: withTopology });
    if (!alert) throw new ServiceError('not-found', 'There is no such alert; it may have gone with its pair.');
    const by = { acknowledgedBy: ctx.account.email, acknowledgedAt: new Date() };
    const { count } = await tx.alert.updateMany({ where: { id: input.id, acknowledgedBy: null }, data: by });
    if (count === 0)
      throw new ServiceError('conflict', `${alert.acknowledgedBy ?? 'Somebody'} has acknowledged it already.`);
    const after = { rule: alert.rule, subject: alert.subject };
    await appendAudit(tx, ctx, { action: 'alert.acknowledge', target: alert.topology.name, after });
  });
  const include = { ...withTopology, deliveries: true };
  const row = await ctx.db.alert.findUniqueOrThrow({ where: { id: input.id }, include });
  return toAlert(row, await listMutes(ctx.db));
}

export async function muteAlerts({ ctx, input }: VerbArgs<MuteAlertsInput>): Promise<MuteView> {
  requireRole(ctx, 'operator');
  const { topologyId, rule, minutes, reason } = muteAlertsInput.parse(input);
  return inTransaction(ctx.db, async (tx) => {
    const topology = await tx.topology.findUnique({ where: { id: topologyId } });
    if (!topology) throw new ServiceError('not-found', 'There is no such topology.');
    const until = new Date(Date.now() + minutes * 60_000);
    const data = { topologyId, rule, until, reason, author: ctx.account.email };
    await tx.alertMute.deleteMany({ where: { until: { lte: new Date() } } });
    const row = await tx.alertMute.create({ data, include: withTopology });
    const after = { rule, until: until.toISOString(), reason };
    await appendAudit(tx, ctx, { action: 'alert.mute', target: topology.name, after });
    return toMute(row);
  });
}

export async function endMute({ ctx, input }: VerbArgs<{ id: string }>): Promise<void> {
  requireRole(ctx, 'operator');
  await inTransaction(ctx.db, async (tx) => {
    const row = await tx.alertMute.findUnique({ where: { id: input.id }, include: withTopology });
    if (!row) throw new ServiceError('not-found', 'There is no such mute; its time may be over.');
    await tx.alertMute.delete({ where: { id: input.id } });
    const before = { rule: row.rule, until: row.until.toISOString(), reason: row.reason };
    await appendAudit(tx, ctx, { action: 'alert.unmute', target: row.topology.name, before });
  });
}

type Named = { topology: { name: string } };
type AlertRow = Alert & Named & { deliveries: AlertDelivery[] };

function toAlert(row: AlertRow, mutes: readonly AlertMute[]): AlertView {
  const { id, topologyId, topology, rule, subject, severity, sentence, raisedAt, clearedAt } = row;
  return alertSchema.parse({
    ...{ id, topologyId, topologyName: topology.name, rule, subject, severity, sentence },
    raisedAt: raisedAt.toISOString(),
    ...(clearedAt && { clearedAt: clearedAt.toISOString() }),
    ...(row.acknowledgedBy !== null && { acknowledgedBy: row.acknowledgedBy }),
    ...(row.acknowledgedAt && { acknowledgedAt: row.acknowledgedAt.toISOString() }),
    isMuted: mutes.some((mute) => mute.topologyId === topologyId && ['*', rule].includes(mute.rule)),
    deliveries: row.deliveries.map(({ channel, event, attempts, sentAt, nextAt, problem }) => ({
      ...{ channel, event, attempts, state: sentAt ? 'sent' : nextAt ? 'waiting' : 'given-up' },
      ...(problem !== null && { problem }),
    })),
  });
}

function toMute({ id, topologyId, topology, rule, until, reason, author }: AlertMute & Named): MuteView {
  const known = alertRuleSchema.catch('drift').parse(rule);
  return {
    ...{ id, topologyId, topologyName: topology.name, rule: rule === '*' ? '*' : known, until: until.toISOString() },
    ...{ reason, author },
  };
}
