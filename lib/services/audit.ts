// The audit row of a change, in the same transaction as the change: both are there or neither is.
import 'server-only';
import type { Tx } from '@/lib/db/client';
import { Prisma } from '@/lib/db/generated/client';
import type { VerbContext } from './context';

type Entry = { action: string; target: string; before?: unknown; after?: unknown };

export async function appendAudit(tx: Tx, ctx: VerbContext, { action, target, before, after }: Entry): Promise<void> {
  await tx.auditRow.create({
    data: {
      actorId: ctx.account.id,
      actor: ctx.account.email,
      action,
      target,
      before: toJson(before),
      after: toJson(after),
      source: ctx.source,
      requestId: ctx.requestId,
    },
  });
}

function toJson(value: unknown) {
  return value === undefined ? Prisma.DbNull : (value as Prisma.InputJsonValue);
}
