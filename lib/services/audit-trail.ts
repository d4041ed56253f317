// The audit trail, newest first, filtered.
import 'server-only';
import type { AuditRow } from '@/lib/core/views/account';
import { toAudit } from '@/lib/db/rows';
import { requireRole, type VerbArgs } from './context';

type AuditQuestion = {
  action?: string | undefined;
  actor?: string | undefined;
  target?: string | undefined;
  before?: string | undefined;
  limit: number;
};

export async function listAudit({ ctx, input }: VerbArgs<AuditQuestion>): Promise<AuditRow[]> {
  requireRole(ctx, 'viewer');
  const { action, actor, target, before, limit } = input;
  const contains = (text: string | undefined) =>
    text === undefined || text === '' ? {} : { contains: text, mode: 'insensitive' as const };
  const rows = await ctx.db.auditRow.findMany({
    where: {
      action: contains(action),
      actor: contains(actor),
      target: contains(target),
      ...(before === undefined ? {} : { at: { lt: new Date(before) } }),
    },
    orderBy: { at: 'desc' },
    take: limit,
  });
  return rows.map(toAudit);
}
