// What other tools ask at the root: /healthz, /readyz for load balancers, /metrics for Prometheus.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import { readMetrics } from '@/lib/services/metrics';
import { getReadiness } from '@/lib/services/readiness';
import { newRouter, problemSchema } from './declare';
import { assignRequestId, requireAccount } from './environment';
import { handleErrors } from './handle-errors';

const word = z.enum(['answers', 'away']);
const readinessSchema = z.object({ database: word, worker: word }).openapi('Readiness');
const plain = (description: string) => ({ description, content: { 'text/plain': { schema: z.string() } } });
const ready = (description: string) => ({ description, content: { 'application/json': { schema: readinessSchema } } });
const refused = {
  description: 'Neither a session nor the reading token',
  content: { 'application/problem+json': { schema: problemSchema } },
};

export const probeApp = newRouter();
probeApp.use(assignRequestId);
handleErrors(probeApp);
probeApp.use('/metrics', requireAccount);
probeApp.openapi(
  createRoute({
    method: 'get',
    path: '/healthz',
    summary: 'The web process lives',
    responses: { 200: plain('It does') },
  }),
  (c) => c.text('ok\n', 200),
);
probeApp.openapi(
  createRoute({
    method: 'get',
    path: '/readyz',
    summary: 'Database and worker answer',
    responses: { 200: ready('Both answer'), 503: ready('One of them is away') },
  }),
  async (c) => {
    const readiness = await getReadiness();
    return c.json(readiness, Object.values(readiness).every((each) => each === 'answers') ? 200 : 503);
  },
);
probeApp.openapi(
  createRoute({
    method: 'get',
    path: '/metrics',
    summary: 'All pairs in the text format of Prometheus',
    security: [{ readingToken: [] }],
    responses: { 200: plain('Text format 0.0.4'), 401: refused },
  }),
  async (c) => {
    const text = await readMetrics({ ctx: c.get('ctx'), input: {} });
    return c.text(text, 200, { 'Content-Type': 'text/plain; version=0.0.4; charset=utf-8' });
  },
);
