// Topologies, revisions, rendering and import.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import { diagnosticSchema } from '@/lib/core/diagnostic';
import { topologyDocumentSchema } from '@/lib/core/document';
import {
  filePreviewSchema,
  revisionSummarySchema,
  topologyRevisionSchema,
  topologySummarySchema,
} from '@/lib/core/views/topology';
import { createTopology, createTopologyInput } from '@/lib/services/create-topology';
import { exportDocument, importDocument } from '@/lib/services/documents';
import { getTopology, listRevisions } from '@/lib/services/get-topology';
import { listTopologies } from '@/lib/services/list-topologies';
import { removeTopology } from '@/lib/services/remove-topology';
import { renderPreview } from '@/lib/services/render-preview';
import { saveTopology, saveTopologyInput } from '@/lib/services/save-topology';
import { answers, answersNothing, idParams, jsonBody, newRouter } from './declare';

const revisionQuery = z.object({ revision: z.coerce.number().int().positive().optional() });
/** Refused while confirmed releases are on directors, unless they are to be left there. */
const removalQuery = z.object({ leaveReleases: z.enum(['true', 'false']).optional() });
const documentBody = z.object({ document: topologyDocumentSchema });

export const topologyRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'get',
      path: '/topologies',
      summary: 'All topologies',
      responses: answers(z.array(topologySummarySchema)),
    }),
    async (c) => c.json(await listTopologies(c.get('ctx')), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/topologies',
      summary: 'Create from a document or from the seed',
      request: { body: jsonBody(createTopologyInput) },
      responses: answers(topologyRevisionSchema),
    }),
    async (c) => c.json(await createTopology({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/topologies/{id}',
      summary: 'One revision, the newest unless named',
      request: { params: idParams, query: revisionQuery },
      responses: answers(topologyRevisionSchema),
    }),
    async (c) =>
      c.json(
        await getTopology({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('query') } }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/topologies/{id}',
      summary: 'Save a revision over the one that was seen',
      request: { params: idParams, body: jsonBody(saveTopologyInput.omit({ id: true })) },
      responses: answers(topologyRevisionSchema),
    }),
    async (c) =>
      c.json(
        await saveTopology({ ctx: c.get('ctx'), input: { ...c.req.valid('json'), ...c.req.valid('param') } }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'delete',
      path: '/topologies/{id}',
      summary: 'Remove a topology from the console',
      request: { params: idParams, query: removalQuery },
      responses: answersNothing,
    }),
    async (c) => {
      const leaveReleases = c.req.valid('query').leaveReleases === 'true';
      await removeTopology({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), leaveReleases } });
      return c.body(null, 204);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/topologies/{id}/revisions',
      summary: 'Revisions, newest first',
      request: { params: idParams },
      responses: answers(z.array(revisionSummarySchema)),
    }),
    async (c) => c.json(await listRevisions({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/topologies/{id}/document',
      summary: 'The document as YAML',
      request: { params: idParams, query: revisionQuery },
      responses: {
        ...answers(z.string()),
        200: { description: 'YAML', content: { 'text/yaml': { schema: z.string() } } },
      },
    }),
    async (c) =>
      c.body(
        await exportDocument({ ctx: c.get('ctx'), input: { ...c.req.valid('param'), ...c.req.valid('query') } }),
        200,
        { 'content-type': 'text/yaml; charset=utf-8' },
      ),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/render',
      summary: 'Every file that a document would produce, secrets redacted',
      request: { body: jsonBody(documentBody) },
      responses: answers(z.object({ files: z.array(filePreviewSchema), diagnostics: z.array(diagnosticSchema) })),
    }),
    (c) => c.json(renderPreview({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/import',
      summary: 'Read a document from YAML or JSON text; stores nothing',
      request: { body: jsonBody(z.object({ text: z.string().max(2_000_000) })) },
      responses: answers(
        z.object({ document: topologyDocumentSchema.optional(), diagnostics: z.array(diagnosticSchema) }),
      ),
    }),
    (c) => c.json(importDocument({ ctx: c.get('ctx'), input: c.req.valid('json') }), 200),
  );
