// Every failed request as problem+json (RFC 9457) with our code, so that the browser can say what, why and what next.
import 'server-only';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { ZodError } from 'zod';
import { HostError, ServiceError, type ServiceErrorCode } from '@/lib/core/errors';
import { toDiagnostics } from './zod-diagnostics';

export type Problem = {
  status: number;
  code: string;
  detail: string;
  details?: Record<string, unknown>;
  diagnostics?: unknown[];
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

/** What an error tells the person; ours (a bug) tells nothing but where to look. */
export function toProblem(error: unknown): Problem {
  if (error instanceof ServiceError)
    return { status: serviceStatus[error.code], code: error.code, detail: error.message, details: error.details };
  if (error instanceof HostError)
    return { status: 502, code: error.code, detail: error.message, details: publicDetails(error) };
  if (error instanceof ZodError)
    return {
      status: 422,
      code: 'invalid',
      detail: 'The request is not of the form that this route takes.',
      diagnostics: toDiagnostics(error),
    };
  if (error instanceof SyntaxError) return { status: 400, code: 'invalid', detail: 'The body is not JSON.' };
  return {
    status: 500,
    code: 'internal',
    detail: 'The console failed; its log (logs/web.log in the data folder) has the reason under this request id.',
  };
}

function publicDetails({ details }: HostError): Record<string, unknown> {
  return Object.fromEntries(Object.entries(details).filter(([key]) => key !== 'stdout'));
}

export function sendProblem(context: Context, problem: Problem, requestId: string): Response {
  const body = { type: 'about:blank', title: problem.code, ...problem, requestId };
  return context.json(body, problem.status as ContentfulStatusCode, { 'content-type': 'application/problem+json' });
}
