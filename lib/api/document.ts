// The OpenAPI document of everything this floor answers: the API below /api/v1 and the probes at the root.
import 'server-only';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './environment';

const head = {
  openapi: '3.1.0',
  info: {
    title: 'LVS Console',
    version: '1',
    description: 'Firewall-mark topologies of Linux Virtual Server: edit, deploy, watch.',
  },
};
const securitySchemes = {
  session: {
    type: 'apiKey' as const,
    in: 'cookie' as const,
    name: 'better-auth.session_token',
    description: 'Of a browser that is signed in.',
  },
  readingToken: {
    type: 'http' as const,
    scheme: 'bearer',
    description: 'The file `reading-token` in the data folder of the console: role viewer, GET only.',
  },
};

export function describeApi(...apps: readonly Pick<OpenAPIHono<ApiEnv>, 'getOpenAPI31Document'>[]) {
  const documents = apps.map((app) => app.getOpenAPI31Document(head));
  return {
    ...head,
    security: [{ session: [] }, { readingToken: [] }],
    paths: Object.assign({}, ...documents.map(({ paths }) => paths)) as object,
    components: {
      schemas: Object.assign({}, ...documents.map(({ components }) => components?.schemas ?? {})) as object,
      securitySchemes,
    },
  };
}
