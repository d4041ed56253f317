// What every request carries before a verb runs: who asks, from where, and an id that logs and audit rows share.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { getSessionAccount } from '@/lib/auth/session';
import { ownOrigins } from '@/lib/auth/own-origins';
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
    if (isForeign(context.req.raw.headers))
      throw new ServiceError('forbidden', 'Changes are accepted from the console’s own pages only.');
    const type = context.req.header('content-type');
    if (type !== undefined && !/^application\/json\s*(;|$)/i.test(type))
      throw new ServiceError('invalid', 'Bodies must be application/json.');
  }
  await next();
};

/** Browsers tell the site only to https and loopback; the origin of a change they always tell. A program tells neither. */
function isForeign(headers: Headers): boolean {
  const site = headers.get('sec-fetch-site');
  if (site !== null) return site !== 'same-origin' && site !== 'none';
  const origin = headers.get('origin');
  return origin !== null && !ownOrigins(headers).includes(origin);
}

export const requireAccount: MiddlewareHandler<ApiEnv> = async (context, next) => {
  const account = await getSessionAccount(context.req.raw.headers);
  if (!account) throw new ServiceError('unauthenticated', 'Sign in first; the session is absent or has ended.');
  context.set('ctx', openContext(account, sourceOf(context), context.get('requestId')));
  await next();
};

/** forwarded-headers.mjs leaves exactly one address here; without it the last one is what the nearest hop added. */
function sourceOf(context: Context): string {
  return context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() || 'local';
}
