// The audit trail, newest first, filtered.
import 'server-only';
import { ServiceError } from '@/lib/core/errors';
import type { AuditEntry, AuditRow } from '@/lib/core/views/account';
import { toAudit, toAuditEntry } from '@/lib/db/rows';
import { requireRole, type VerbArgs } from './context';

type AuditQuestion = {
  action?: string | undefined;
  actor?: string | undefined;
  target?: string | undefined;
  before?: string | undefined;
  limit: number;
};

/** Without `before` and `after`: a saved document stands twice in its row. */
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
    omit: { before: true, after: true },
    orderBy: { at: 'desc' },
    take: limit,
  });
  return rows.map(toAudit);
}

/** Throws ServiceError('not-found'). */
export async function getAuditEntry({ ctx, input }: VerbArgs<{ id: string }>): Promise<AuditEntry> {
  requireRole(ctx, 'viewer');
  const row = await ctx.db.auditRow.findUnique({ where: { id: input.id } });
  if (!row) throw new ServiceError('not-found', 'There is no such row of the audit trail.');
  return toAuditEntry(row);
}
