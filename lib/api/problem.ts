// Every failed request as problem+json (RFC 9457) with our code, so that the browser can say what, why and what next.
import 'server-only';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Diagnostic } from '@/lib/core/diagnostic';
import { HostError, ServiceError, type ServiceErrorCode } from '@/lib/core/errors';

export type Problem = {
  status: number;
  code: string;
  detail: string;
  next?: string;
  details?: Record<string, unknown>;
  diagnostics?: Diagnostic[];
};

const serviceStatus: Record<ServiceErrorCode, number> = {
  unauthenticated: 401,
  forbidden: 403,
  'not-found': 404,
  conflict: 409,
  busy: 409,
  invalid: 422,
  unavailable: 503,
};

/** The request's own fault; every other ZodError is ours (a row, or an answer of the worker, of another form). */
export class InvalidRequest extends Error {
  override readonly name = 'InvalidRequest';
  constructor(readonly diagnostics: Diagnostic[]) {
    super('The request is not of the form that this route takes.');
  }
}

/** What an error tells the person; ours (a bug) tells nothing but where to look. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ServiceError) return fromService(error);
  if (error instanceof HostError)
    return { status: 502, code: error.code, detail: error.message, details: publicDetails(error) };
  if (error instanceof InvalidRequest)
    return { status: 422, code: 'invalid', detail: error.message, diagnostics: error.diagnostics };
  // Hono's own: a body that is not JSON, or too large.
  if (error instanceof HTTPException && error.status < 500)
    return { status: error.status, code: 'invalid', detail: `${error.message}.` };
  if (isDatabaseAway(error))
    return {
      status: 503,
      code: 'unavailable',
      detail: 'The database does not answer; the console tries again by itself.',
    };
  return {
    status: 500,
    code: 'internal',
    detail: 'The console failed; its log (logs/web.log in the data folder) has the reason under this request id.',
  };
}

function fromService({ code, message, next, details }: ServiceError): Problem {
  return { status: serviceStatus[code], code, detail: message, ...(next !== undefined && { next }), details };
}

const AWAY = /^(ENOENT|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EPIPE|P1001|P1002|P1008|P1017|P2024|57P0[123]|53300)$/;

/** Prisma's errors carry the code of the socket, of Prisma itself, or of PostgreSQL; better-auth wraps them. */
function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, errorCode } = error as { code?: unknown; errorCode?: unknown };
  const isPrisma = error.name.startsWith('PrismaClient');
  if (isPrisma && [code, errorCode].some((each) => typeof each === 'string' && AWAY.test(each))) return true;
  return isDatabaseAway(error.cause);
}

/** The tools' own words may hold a secret: they stay in the worker's log. */
function publicDetails({ details: { host, retry, exitCode } }: HostError): Record<string, unknown> {
  return { host, retry, exitCode };
}

export function sendProblem(context: Context, problem: Problem, requestId: string): Response {
  const body = { type: 'about:blank', title: problem.code, ...problem, requestId };
  return context.json(body, problem.status as ContentfulStatusCode, { 'content-type': 'application/problem+json' });
}
