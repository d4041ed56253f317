// The verbs of the day: their forecast, doing them, what they left behind.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import { failoverCheckSchema, failoverSchema } from '@/lib/core/views/failover';
import { pairVerbsSchema, serverHoldersSchema, startedVerbSchema, verbForecastSchema } from '@/lib/core/views/verbs';
import { getFailoverCheck, startFailover, startFailoverInput } from '@/lib/services/failover';
import { forecastVerb } from '@/lib/services/forecast-verb';
import { getHolders } from '@/lib/services/get-holders';
import { listVerbs } from '@/lib/services/list-verbs';
import { verbInput } from '@/lib/services/prepare-verb';
import { startVerb, startVerbInput } from '@/lib/services/start-verb';
import { accepts, answers, idParams, jsonBody, newRouter } from './declare';

const holdersQuery = z.object({
  address: z.string().min(1).max(64),
  port: z.coerce.number().int().min(1).max(65535).optional(),
  pool: z.string().max(63).optional(),
});

export const verbRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/verbs',
      summary: 'Drained and halted real servers, and which of the last verbs can be taken back',
      request: { params: idParams },
      responses: answers(pairVerbsSchema),
    }),
    async (c) => c.json(await listVerbs({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/live/{id}/verbs/forecast',
      summary: 'What a verb would do; nothing is saved or sent',
      request: { params: idParams, body: jsonBody(verbInput.omit({ topologyId: true })) },
      responses: answers(verbForecastSchema),
    }),
    async (c) =>
      c.json(
        await forecastVerb({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, ...c.req.valid('json') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/live/{id}/verbs',
      summary: 'Save the revision of a verb and deploy exactly the plan of its forecast',
      request: { params: idParams, body: jsonBody(startVerbInput.omit({ topologyId: true })) },
      responses: accepts(startedVerbSchema),
    }),
    async (c) =>
      c.json(
        await startVerb({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id, ...c.req.valid('json') } }),
        202,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/holders',
      summary: 'Who holds a real server on the active director, within a bound',
      request: { params: idParams, query: holdersQuery },
      responses: answers(serverHoldersSchema),
    }),
    async (c) =>
      c.json(
        await getHolders({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, server: c.req.valid('query') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/failover',
      summary: 'Whether the standby is fit to take over now, and what a failover means',
      request: { params: idParams },
      responses: answers(failoverCheckSchema),
    }),
    async (c) =>
      c.json(await getFailoverCheck({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/live/{id}/failover',
      summary: 'Begin a planned failover; its end and its measured gap are among the verbs of the pair',
      request: { params: idParams, body: jsonBody(startFailoverInput.omit({ topologyId: true })) },
      responses: accepts(failoverSchema),
    }),
    async (c) =>
      c.json(
        await startFailover({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, ...c.req.valid('json') },
        }),
        202,
      ),
  );
