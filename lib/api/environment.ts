// What every request carries before a verb runs: who asks, from where, and an id that logs and audit rows share.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getSessionAccount } from '@/lib/auth/session';
import { publicUrl } from '@/lib/auth/auth';
import { ServiceError } from '@/lib/core/errors';
import { openContext, type VerbContext } from '@/lib/services/context';

export type ApiEnv = { Variables: { requestId: string; ctx: VerbContext } };

export const assignRequestId: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const requestId = randomUUID();
  context.set('requestId', requestId);
  await next();
  context.header('x-request-id', requestId);
};

/** A page of another origin must not act with this browser's cookie. */
export const refuseForeignOrigin: MiddlewareHandler<ApiEnv> = async (context, next) => {
  if (!['GET', 'HEAD'].includes(context.req.method)) {
    const site = context.req.header('sec-fetch-site');
    const origin = context.req.header('origin');
    const isForeign = site
      ? site !== 'same-origin' && site !== 'none'
      : origin !== undefined && origin !== new URL(publicUrl()).origin;
    if (isForeign) throw new ServiceError('forbidden', 'Changes are accepted from the console’s own pages only.');
    const type = context.req.header('content-type');
    if (type !== undefined && !type.startsWith('application/json'))
      throw new ServiceError('invalid', 'Bodies must be application/json.');
  }
  await next();
};

export const requireAccount: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const account = await getSessionAccount(context.req.raw.headers);
  if (!account) throw new ServiceError('unauthenticated', 'Sign in first; the session is absent or has ended.');
  context.set('ctx', openContext(account, sourceOf(context), context.get('requestId')));
  await next();
};

function sourceOf(context: Context): string {
  return context.req.header('x-forwarded-for')?.split(',')[0]?.trim() || context.req.header('x-real-ip') || 'local';
}
