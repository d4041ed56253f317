// The HTTP API: every route under /api/v1, one place for sessions, origins and problems.
import 'server-only';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { pino } from 'pino';
import { accountRoutes } from './account-routes';
import { newRouter } from './declare';
import { deployRoutes } from './deploy-routes';
import { directorRoutes } from './director-routes';
import { assignRequestId, refuseForeignOrigin, requireAccount } from './environment';
import { liveRoutes } from './live-routes';
import { sendProblem, toProblem } from './problem';
import { topologyRoutes } from './topology-routes';
import { verbRoutes } from './verb-routes';

const log = pino({ name: 'api' });
/** A document of thousands of objects is far below. */
const MAX_BODY = 4 * 1024 * 1024;

export const apiApp = newRouter().basePath('/api/v1');

apiApp.use(assignRequestId);
apiApp.onError((error, context) => {
  const requestId = context.get('requestId');
  const problem = toProblem(error);
  if (problem.status >= 500) log.error({ requestId, path: context.req.path, err: error }, 'request failed');
  return sendProblem(context, problem, requestId);
});
apiApp.notFound((context) =>
  sendProblem(context, { status: 404, code: 'not-found', detail: 'There is no such route.' }, context.get('requestId')),
);
apiApp.doc31('/openapi.json', {
  openapi: '3.1.0',
  info: {
    title: 'LVS Console',
    version: '1',
    description: 'Firewall-mark topologies of Linux Virtual Server: edit, deploy, watch.',
  },
});
apiApp.use(refuseForeignOrigin);
apiApp.use(requireAccount);
apiApp.use(
  bodyLimit({
    maxSize: MAX_BODY,
    onError: () => {
      throw new HTTPException(413, { message: `A body may have ${MAX_BODY / 1024 / 1024} MiB` });
    },
  }),
);
for (const routes of [topologyRoutes, directorRoutes, deployRoutes, liveRoutes, verbRoutes, accountRoutes])
  apiApp.route('/', routes);
