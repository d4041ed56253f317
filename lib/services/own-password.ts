// One's own password: a session alone is not enough to set another one, because it may be somebody else's hand at an open screen.
import 'server-only';
import { z } from 'zod';
import { readPassword, writePassword } from '@/lib/auth/accounts';
import { hashPassword, LONGEST_PASSWORD, SHORTEST_PASSWORD, verifyPassword } from '@/lib/auth/passwords';
import { ServiceError } from '@/lib/core/errors';
import type { OwnAccount } from '@/lib/core/views/account';
import { inTransaction, type Tx } from '@/lib/db/client';
import { appendAudit } from './audit';
import { requireRole, type VerbArgs, type VerbContext } from './context';

export const passwordSchema = z
  .string()
  .min(SHORTEST_PASSWORD, `at least ${SHORTEST_PASSWORD} characters`)
  .max(LONGEST_PASSWORD);
export const setPasswordInput = z.object({
  password: passwordSchema,
  /** Needed when the account has one. */
  current: z.string().max(LONGEST_PASSWORD).optional(),
});

/** Who came by a one-time link has no password to show: so long the link still vouches for them. */
const FRESH_MINUTES = 15;
const GUESS_MINUTES = 10;
const MOST_GUESSES = 8;
const REFUSED = 'account.password-refused';
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);

export async function getOwnAccount({ ctx }: { ctx: VerbContext }): Promise<OwnAccount> {
  requireRole(ctx, 'viewer');
  return { ...ctx.account, hasPassword: (await readPassword(ctx.db, ctx.account.id)) !== undefined };
}

type SetPassword = z.infer<typeof setPasswordInput> & {
  /** The session that asks; every other one of the account ends, because a password is often changed when somebody else knew it. */
  sessionId?: string | undefined;
};

/** Throws ServiceError: `invalid` with details.field for a wrong current password, `busy` after too many, `forbidden` for an old session. */
export async function setOwnPassword({ ctx, input }: VerbArgs<SetPassword>): Promise<void> {
  requireRole(ctx, 'viewer');
  const { sessionId = '', ...rest } = input;
  const { password, current } = setPasswordInput.parse(rest);
  const passwordHash = await hashPassword(password);
  const { id: userId, email: target } = ctx.account;
  const refusal = await inTransaction(ctx.db, async (tx) => {
    // Locked: of guesses that come at once each sees those before it.
    await tx.$queryRaw`SELECT 1 FROM "User" WHERE id = ${userId} FOR UPDATE`;
    await refuseGuessing(tx, ctx);
    const refused = await refuseStranger(tx, userId, { current, sessionId });
    // Not thrown here: the row that tells of the attempt has to stay.
    if (refused) await appendAudit(tx, ctx, { action: REFUSED, target });
    if (refused) return refused;
    await writePassword(tx, userId, passwordHash);
    await tx.session.deleteMany({ where: { userId, id: { not: sessionId } } });
    await appendAudit(tx, ctx, { action: 'account.password', target });
    return undefined;
  });
  if (refusal) throw refusal;
}

async function refuseGuessing(tx: Tx, { account }: VerbContext): Promise<void> {
  const where = { actorId: account.id, action: REFUSED, at: { gt: minutesAgo(GUESS_MINUTES) } };
  if ((await tx.auditRow.count({ where })) < MOST_GUESSES) return;
  const next = `Wait ${GUESS_MINUTES} minutes, then try again.`;
  throw new ServiceError('busy', 'Too many wrong passwords were tried.', {}, { next });
}

async function refuseStranger(
  tx: Tx,
  userId: string,
  { current, sessionId }: { current: string | undefined; sessionId: string },
): Promise<ServiceError | undefined> {
  const hash = await readPassword(tx, userId);
  if (hash === undefined) return refuseOldSession(tx, userId, sessionId);
  if (current !== undefined && (await verifyPassword({ hash, password: current }))) return undefined;
  return new ServiceError(
    'invalid',
    current === undefined ? 'The current password is missing.' : 'The current password is wrong.',
    { field: 'current' },
    { next: 'Type the password that you sign in with now.' },
  );
}

async function refuseOldSession(tx: Tx, userId: string, id: string): Promise<ServiceError | undefined> {
  const where = { id, userId, createdAt: { gt: minutesAgo(FRESH_MINUTES) } };
  if ((await tx.session.count({ where })) > 0) return undefined;
  return new ServiceError(
    'forbidden',
    `A first password is set within ${FRESH_MINUTES} minutes of signing in by a one-time link.`,
    {},
    {
      next: 'Sign in by a new link: an administrator makes one, or the start of a console that nobody else administers.',
    },
  );
}
