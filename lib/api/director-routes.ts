// Directors, their host keys, and the console's own public key.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import {
  accessFormSchema,
  connectionTestSchema,
  directorViewSchema,
  hostKeyScanSchema,
} from '@/lib/core/views/director';
import {
  getConsoleKey,
  getInstallScript,
  listDirectors,
  scanDirector,
  testDirector,
  trustDirector,
  untrustDirector,
} from '@/lib/services/directors';
import { answers, idParams, jsonBody, newRouter } from './declare';

export const directorRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/directors',
      summary: 'All directors',
      request: { query: z.object({ topologyId: z.string().optional() }) },
      responses: answers(z.array(directorViewSchema)),
    }),
    async (c) => c.json(await listDirectors({ ctx: c.get('ctx'), input: c.req.valid('query') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/console-key',
      summary: 'The public key to authorize on a director, and the guard as a script',
      responses: answers(z.object({ authorizedKey: z.string(), installScript: z.string() })),
    }),
    async (c) => c.json(await getConsoleKey(c.get('ctx')), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/directors/{id}/install-script',
      summary: 'The guard, and who may log in for the console, as one script to run as root',
      request: { params: idParams, query: z.object({ form: accessFormSchema }) },
      responses: answers(z.object({ user: z.string(), script: z.string() })),
    }),
    async (c) =>
      c.json(
        await getInstallScript({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('query') } }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/directors/{id}/scan',
      summary: 'Read the host key that it offers',
      request: { params: idParams },
      responses: answers(hostKeyScanSchema),
    }),
    async (c) => c.json(await scanDirector({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/directors/{id}/trust',
      summary: 'Accept a host key',
      request: { params: idParams, body: jsonBody(z.object({ fingerprint: z.string() })) },
      responses: answers(directorViewSchema),
    }),
    async (c) =>
      c.json(
        await trustDirector({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('json') } }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/directors/{id}/trust',
      summary: 'Forget the accepted host key',
      request: { params: idParams },
      responses: answers(directorViewSchema),
    }),
    async (c) => c.json(await untrustDirector({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/directors/{id}/test',
      summary: 'Connect, read the facts, install the guard when asked',
      request: { params: idParams, body: jsonBody(z.object({ installGuard: z.boolean() })) },
      responses: answers(connectionTestSchema),
    }),
    async (c) =>
      c.json(
        await testDirector({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('json') } }),
        200,
      ),
  );
