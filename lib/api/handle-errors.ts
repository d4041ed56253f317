// One way for every app of this floor to answer what went wrong: problem+json with the id that the log has too.
import 'server-only';
import type { Hono } from 'hono';
import { pino } from 'pino';
import type { ApiEnv } from './environment';
import { sendProblem, toProblem } from './problem';

const log = pino({ name: 'api' });

export function handleErrors(app: Pick<Hono<ApiEnv>, 'onError' | 'notFound'>): void {
  app.onError((error, context) => {
    const requestId = context.get('requestId');
    const problem = toProblem(error);
    if (problem.status >= 500) log.error({ requestId, path: context.req.path, err: error }, 'request failed');
    if (problem.status === 401) context.header('www-authenticate', 'Bearer');
    return sendProblem(context, problem, requestId);
  });
  app.notFound((context) =>
    sendProblem(
      context,
      { status: 404, code: 'not-found', detail: 'There is no such route.' },
      context.get('requestId'),
    ),
  );
}
