// What every request carries before a verb runs: who asks, from where, and an id that logs and audit rows share.
import 'server-only';
import { randomUUID } from 'node:crypto';
import type { Context, MiddlewareHandler } from 'hono';
import { ownOrigins } from '@/lib/auth/own-origins';
import { readBearer } from '@/lib/auth/reading-token';
import { getAccountSession, type AccountSession } from '@/lib/auth/session';
import { ServiceError } from '@/lib/core/errors';
import { openContext, type VerbContext } from '@/lib/services/context';

/** `sessionId` is absent for the reading token. */
export type ApiEnv = { Variables: { requestId: string; ctx: VerbContext; sessionId?: string } };

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
      throw new ServiceError(
        'forbidden',
        'Changes are accepted from the console’s own pages only.',
        {},
        { next: 'Open the console at its own address and do it there.' },
      );
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
  const { headers, method } = context.req.raw;
  const session = withToken(headers, method) ?? (await getAccountSession(headers));
  if (!session) throw new ServiceError('unauthenticated', 'Sign in first; the session is absent or has ended.');
  context.set('ctx', openContext(session.account, sourceOf(context), context.get('requestId')));
  if (session.sessionId !== undefined) context.set('sessionId', session.sessionId);
  await next();
  sendCookies(context, session.renewedCookies ?? []);
};

/** No cache in between may keep somebody's cookie. */
function sendCookies(context: Context, cookies: readonly string[]): void {
  if (cookies.length > 0 && !context.res.headers.has('cache-control')) context.header('cache-control', 'no-store');
  for (const cookie of cookies) context.header('set-cookie', cookie, { append: true });
}

/** Undefined when no token was sent: then the cookie decides. */
function withToken(
  headers: Headers,
  method: string,
): (Partial<AccountSession> & Pick<AccountSession, 'account'>) | undefined {
  const bearer = readBearer(headers);
  if (bearer === 'none') return undefined;
  if (bearer === 'wrong')
    throw new ServiceError(
      'unauthenticated',
      'The authorization header does not carry the reading token (file reading-token in the data folder of the console).',
    );
  if (method !== 'GET' && method !== 'HEAD')
    throw new ServiceError('forbidden', 'The reading token only reads; changes need an account that is signed in.');
  return { account: bearer };
}

/** forwarded-headers.mjs leaves exactly one address here; without it the last one is what the nearest hop added. */
function sourceOf(context: Context): string {
  return context.req.header('x-forwarded-for')?.split(',').at(-1)?.trim() || 'local';
}
