// Connection tables: bounded looks, searches of a whole table, and their rows as a download.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import {
  connectionFilterSchema,
  connectionPageSchema,
  connectionSearchSchema,
  searchRowsSchema,
} from '@/lib/core/views/connections';
import {
  exportSearch,
  listSearches,
  readConnections,
  readSearchRows,
  startSearch,
  stopSearch,
} from '@/lib/services/connections';
import { answers, downloads, idParams, jsonBody, newRouter } from './declare';
import { printConnections } from './print-connections';

const lookQuery = connectionFilterSchema.extend({
  director: z.string(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});
const searchBody = z.object({ director: z.string(), filter: connectionFilterSchema });
const searchParams = idParams.extend({ search: z.string().max(40) });
const rowsQuery = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
});
const exportQuery = z.object({ format: z.enum(['csv', 'ndjson']).default('csv') });

export const connectionRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/connections',
      summary:
        'A look at the connection table, bounded in rows and in time; what it says of the whole, and what a whole listing would cost',
      request: { params: idParams, query: lookQuery },
      responses: answers(connectionPageSchema),
    }),
    async (c) => {
      const { director, limit, ...filter } = c.req.valid('query');
      const input = { topologyId: c.req.valid('param').id, director, limit, filter };
      return c.json(await readConnections({ ctx: c.get('ctx'), input }), 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/searches',
      summary: 'Searches of this pair that run or are kept',
      request: { params: idParams },
      responses: answers(z.array(connectionSearchSchema)),
    }),
    async (c) => c.json(await listSearches({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/live/{id}/searches',
      summary: 'List the whole table of one director in the background; one at a time for each director',
      request: { params: idParams, body: jsonBody(searchBody) },
      responses: answers(connectionSearchSchema),
    }),
    async (c) => {
      const input = { topologyId: c.req.valid('param').id, ...c.req.valid('json') };
      return c.json(await startSearch({ ctx: c.get('ctx'), input }), 200);
    },
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/live/{id}/searches/{search}',
      summary: 'Stop a search; what it found is kept',
      request: { params: searchParams },
      responses: answers(connectionSearchSchema),
    }),
    async (c) => {
      const { id: topologyId, search: id } = c.req.valid('param');
      return c.json(await stopSearch({ ctx: c.get('ctx'), input: { topologyId, id } }), 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/searches/{search}/rows',
      summary: 'Rows of a search, in the order of the table',
      request: { params: searchParams, query: rowsQuery },
      responses: answers(searchRowsSchema),
    }),
    async (c) => {
      const { id: topologyId, search: id } = c.req.valid('param');
      const input = { topologyId, id, ...c.req.valid('query') };
      return c.json(await readSearchRows({ ctx: c.get('ctx'), input }), 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/live/{id}/searches/{search}/export',
      summary: 'All rows of a search as CSV or JSON lines, streamed',
      request: { params: searchParams, query: exportQuery },
      responses: downloads('text/csv', 'application/x-ndjson'),
    }),
    async (c) => {
      const { id: topologyId, search: id } = c.req.valid('param');
      const { format } = c.req.valid('query');
      // Its first part now, so that a refusal is an answer and no broken download.
      const parts = exportSearch({ ctx: c.get('ctx'), input: { topologyId, id } });
      return printConnections(await parts.next(), parts, format);
    },
  );
