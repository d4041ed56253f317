// The live pair, its drift and its connection tables.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import { pairDriftSchema } from '@/lib/core/views/drift';
import { pairHistorySchema } from '@/lib/core/views/history';
import { livePairSchema } from '@/lib/core/views/live';
import { topologyRevisionSchema } from '@/lib/core/views/topology';
import { adoptDrift, adoptDriftInput } from '@/lib/services/adopt-drift';
import { getHistory, historyInput } from '@/lib/services/history';
import { getLivePair, getPairDrift, watchLivePair } from '@/lib/services/live';
import { hostReadingSchema, literalSectionSchema } from '@/lib/core/views/live-output';
import { packetInputSchema, pairTraceSchema } from '@/lib/core/views/live-trace';
import { readLiveOutput } from '@/lib/services/live-output';
import { makeSupportBundle } from '@/lib/services/support-bundle';
import { traceLivePair } from '@/lib/services/trace-live';
import { answers, idParams, jsonBody, newRouter, streams } from './declare';
import { sendEvents } from './event-stream';
import { InvalidRequest } from './problem';
import { toDiagnostics } from './zod-diagnostics';

/** As it stands in an address: lists with commas between. */
const historyQuery = historyInput.omit({ topologyId: true, keys: true, metrics: true, steps: true }).extend({
  keys: z.string().max(4_000).optional(),
  metrics: z.string().max(200),
  steps: z.coerce.number().optional(),
});
const list = (text: string) => text.split(',').filter((each) => each !== '');

export const liveRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}',
      summary: 'Both directors of a topology, as last read',
      request: { params: idParams },
      responses: answers(livePairSchema),
    }),
    async (c) => c.json(await getLivePair({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/events',
      summary:
        'Both directors as they are read: the state now, then each newer one; a slow reader gets the newest, not all',
      request: { params: idParams },
      responses: streams('live', livePairSchema),
    }),
    async (c) => {
      const [ctx, topologyId] = [c.get('ctx'), c.req.valid('param').id];
      await getLivePair({ ctx, input: { topologyId } });
      return sendEvents(c, 'live', (signal) => watchLivePair({ ctx, input: { topologyId, signal } }));
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/drift',
      summary: 'Where the directors differ from their release, without the rest of the live view',
      request: { params: idParams },
      responses: answers(pairDriftSchema),
    }),
    async (c) => c.json(await getPairDrift({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/live/{id}/drift/adopt',
      summary: 'Make a hand-made change a new revision',
      request: { params: idParams, body: jsonBody(adoptDriftInput.omit({ topologyId: true })) },
      responses: answers(topologyRevisionSchema),
    }),
    async (c) =>
      c.json(
        await adoptDrift({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, ...c.req.valid('json') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/history',
      summary:
        'Rates, connections and states over a window, with deploys and failovers; without `keys` all rows that are kept',
      request: { params: idParams, query: historyQuery },
      responses: answers(pairHistorySchema),
    }),
    async (c) => {
      const { keys, metrics, steps, ...window } = c.req.valid('query');
      const input = historyInput.safeParse({
        ...{ topologyId: c.req.valid('param').id, ...window, metrics: list(metrics) },
        ...(keys === undefined ? {} : { keys: list(keys) }),
        ...(steps === undefined ? {} : { steps }),
      });
      if (!input.success) throw new InvalidRequest(toDiagnostics(input.error));
      return c.json(await getHistory({ ctx: c.get('ctx'), input: input.data }), 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/trace',
      summary: 'One packet through what both directors were last read to hold, beside what the topology means',
      request: { params: idParams, query: packetInputSchema },
      responses: answers(pairTraceSchema),
    }),
    async (c) =>
      c.json(
        await traceLivePair({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, packet: c.req.valid('query').packet },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/output',
      summary: 'The literal output of one command of one director, as last read',
      request: { params: idParams, query: z.object({ director: z.string(), section: literalSectionSchema }) },
      responses: answers(hostReadingSchema),
    }),
    async (c) =>
      c.json(
        await readLiveOutput({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, ...c.req.valid('query') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/support-bundle',
      summary: 'Outputs, intent, hashes, versions, drift and deploys of the pair as a .tar.gz, without a secret',
      request: { params: idParams },
      responses: {
        ...answers(z.string()),
        200: { description: 'tar.gz', content: { 'application/gzip': { schema: z.string() } } },
      },
    }),
    async (c) => {
      const input = { topologyId: c.req.valid('param').id };
      const { name, content } = await makeSupportBundle({ ctx: c.get('ctx'), input });
      return c.body(content, 200, {
        'content-type': 'application/gzip',
        'content-disposition': `attachment; filename="${name}"`,
        'cache-control': 'no-store',
      });
    },
  );
