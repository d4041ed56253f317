// The HTTP API: every route under /api/v1, one place for sessions, origins and problems.
import 'server-only';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { MAX_BODY_BYTES } from '@/lib/core/body-limit';
import { accountRoutes } from './account-routes';
import { alertRoutes } from './alert-routes';
import { newRouter } from './declare';
import { deployRoutes } from './deploy-routes';
import { directorRoutes } from './director-routes';
import { describeApi } from './document';
import { assignRequestId, refuseForeignOrigin, requireAccount } from './environment';
import { handleErrors } from './handle-errors';
import { connectionRoutes } from './connection-routes';
import { liveRoutes } from './live-routes';
import { probeApp } from './probe-app';
import { topologyRoutes } from './topology-routes';
import { verbRoutes } from './verb-routes';

export const apiApp = newRouter().basePath('/api/v1');

apiApp.use(assignRequestId);
handleErrors(apiApp);
apiApp.get('/openapi.json', (context) => context.json(describeApi(apiApp, probeApp)));
apiApp.use(refuseForeignOrigin);
apiApp.use(requireAccount);
apiApp.use(
  bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new HTTPException(413, { message: `A body may have ${MAX_BODY_BYTES / 1024 / 1024} MiB` });
    },
  }),
);
for (const routes of [
  topologyRoutes,
  directorRoutes,
  deployRoutes,
  liveRoutes,
  connectionRoutes,
  verbRoutes,
  alertRoutes,
  accountRoutes,
])
  apiApp.route('/', routes);
