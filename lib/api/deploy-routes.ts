// Plans and deploys.
import 'server-only';
import { createRoute, z } from '@hono/zod-openapi';
import { deployPolicySchema } from '@/lib/core/deploy-policy';
import { deployGateSchema, saveDeployPolicyInput } from '@/lib/core/views/deploy-gate';
import { deploySchema } from '@/lib/core/views/deploy';
import { planSchema } from '@/lib/core/views/plan';
import {
  approvePlan,
  approvePlanInput,
  getDeployGate,
  getDeployPolicy,
  saveDeployPolicy,
} from '@/lib/services/deploy-gate';
import { cancelDeploy, getDeploy, watchDeploy } from '@/lib/services/deploys';
import { listDeploys } from '@/lib/services/list-deploys';
import { createPlan, getPlan, renewForecast } from '@/lib/services/plans';
import { startDeploy, startDeployInput } from '@/lib/services/start-deploy';
import { accepts, answers, answersPage, idParams, jsonBody, newRouter, streams } from './declare';
import { sendEvents } from './event-stream';

const listQuery = z.object({
  topologyId: z.string().optional(),
  /** Deploys older than the one of this number; a column of four bytes holds the number. */
  before: z.coerce.number().int().min(1).max(0x7fff_ffff).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

function nextLink(path: string, { topologyId, limit }: z.infer<typeof listQuery>, before: number): string {
  const query = { ...(topologyId !== undefined && { topologyId }), before: String(before), limit: String(limit) };
  return `<${path}?${new URLSearchParams(query).toString()}>; rel="next"`;
}

export const deployRoutes = newRouter()
  .openapi(
    createRoute({
      method: 'post',
      path: '/topologies/{id}/plans',
      summary: 'Plan a deploy from what both directors say now',
      request: { params: idParams, body: jsonBody(z.object({ revision: z.int() })) },
      responses: answers(planSchema),
    }),
    async (c) =>
      c.json(
        await createPlan({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, revision: c.req.valid('json').revision },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/plans/{id}',
      summary: 'A plan',
      request: { params: idParams },
      responses: answers(planSchema),
    }),
    async (c) => c.json(await getPlan({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/plans/{id}/forecast',
      summary: 'Count the connections again that a plan would touch; the plan and its hash stay',
      request: { params: idParams },
      responses: answers(planSchema),
    }),
    async (c) => c.json(await renewForecast({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/plans/{id}/gate',
      summary: 'What stands between a plan and its deploy',
      request: { params: idParams },
      responses: answers(deployGateSchema),
    }),
    async (c) => c.json(await getDeployGate({ ctx: c.get('ctx'), input: { planId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/plans/{id}/approval',
      summary: 'Approve exactly the plan that was shown',
      request: { params: idParams, body: jsonBody(approvePlanInput.omit({ planId: true })) },
      responses: answers(deployGateSchema),
    }),
    async (c) =>
      c.json(
        await approvePlan({
          ctx: c.get('ctx'),
          input: { planId: c.req.valid('param').id, ...c.req.valid('json') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'put',
      path: '/topologies/{id}/deploy-policy',
      summary: 'Set four eyes, windows and freeze of a pair over those that were seen',
      request: { params: idParams, body: jsonBody(saveDeployPolicyInput) },
      responses: answers(deployPolicySchema),
    }),
    async (c) =>
      c.json(
        await saveDeployPolicy({
          ctx: c.get('ctx'),
          input: { topologyId: c.req.valid('param').id, ...c.req.valid('json') },
        }),
        200,
      ),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/topologies/{id}/deploy-policy',
      summary: 'Four eyes, windows and freeze of a pair',
      request: { params: idParams },
      responses: answers(deployPolicySchema),
    }),
    async (c) =>
      c.json(await getDeployPolicy({ ctx: c.get('ctx'), input: { topologyId: c.req.valid('param').id } }), 200),
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/deploys',
      summary: 'Deploy exactly the plan that was shown',
      request: { body: jsonBody(startDeployInput) },
      responses: accepts(deploySchema),
    }),
    async (c) => c.json(await startDeploy({ ctx: c.get('ctx'), input: c.req.valid('json') }), 202),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/deploys',
      summary: 'Deploys, newest first, a page at a time',
      request: { query: listQuery },
      responses: answersPage(deploySchema),
    }),
    async (c) => {
      const query = c.req.valid('query');
      const { deploys, hasMore } = await listDeploys({ ctx: c.get('ctx'), input: query });
      const last = deploys.at(-1);
      if (hasMore && last) c.header('link', nextLink(c.req.path, query, last.number));
      return c.json(deploys, 200);
    },
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/deploys/{id}',
      summary: 'A deploy with its steps',
      request: { params: idParams },
      responses: answers(deploySchema),
    }),
    async (c) => c.json(await getDeploy({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  )
  .openapi(
    createRoute({
      method: 'get',
      path: '/deploys/{id}/events',
      summary: 'A deploy as it happens',
      request: { params: idParams },
      responses: streams('deploy', deploySchema),
    }),
    async (c) => {
      const [ctx, { id }] = [c.get('ctx'), c.req.valid('param')];
      // Once a stream has begun it cannot say "no such deploy" any more.
      await getDeploy({ ctx, input: { id } });
      return sendEvents(c, 'deploy', (signal) => watchDeploy({ ctx, input: { id, signal } }));
    },
  )
  .openapi(
    createRoute({
      method: 'post',
      path: '/deploys/{id}/cancel',
      summary: 'Ask for a roll-back',
      request: { params: idParams },
      responses: answers(deploySchema),
    }),
    async (c) => c.json(await cancelDeploy({ ctx: c.get('ctx'), input: c.req.valid('param') }), 200),
  );
