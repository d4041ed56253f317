// Parts of a route's declaration: bodies, answers and failures, for validation and the OpenAPI document alike.
import 'server-only';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import { diagnosticSchema } from '@/lib/core/diagnostic';
import type { ApiEnv } from './environment';
import { InvalidRequest } from './problem';
import { toDiagnostics } from './zod-diagnostics';

export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string(),
    /** What to do now; absent where the code says it. */
    next: z.string().optional(),
    details: z.record(z.string(), z.unknown()).optional(),
    diagnostics: z.array(diagnosticSchema).optional(),
    requestId: z.string(),
  })
  .openapi('Problem');

const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: problemSchema } },
});
const failures = {
  400: problem('The body is not JSON'),
  401: problem('Nobody is signed in'),
  403: problem('The role does not allow it'),
  404: problem('No such object'),
  409: problem('Conflict, or busy'),
  413: problem('The body is too large'),
  422: problem('The input is wrong'),
  502: problem('A director did not do it'),
  503: problem('The worker or the database is away'),
} as const;

export function answers<S extends z.ZodType>(schema: S) {
  return { 200: { description: 'Done', content: { 'application/json': { schema } } }, ...failures };
}

/** A list that is told in pages: the header `Link` leads to the next one (RFC 8288), and is absent on the last. */
export function answersPage<S extends z.ZodType>(row: S) {
  const Link = z.string().optional().openapi({ example: '</api/v1/deploys?before=41&limit=50>; rel="next"' });
  const content = { 'application/json': { schema: z.array(row) } };
  return { 200: { description: 'Done', headers: z.object({ Link }), content }, ...failures };
}

/** What goes on after the answer; its events tell how. */
export function accepts<S extends z.ZodType>(schema: S) {
  return { 202: { description: 'Accepted', content: { 'application/json': { schema } } }, ...failures };
}

export const answersNothing = { 204: { description: 'Done' }, ...failures } as const;

/** A stream of values of one schema (event-stream.ts). */
export function streams<S extends z.ZodType>(event: string, value: S) {
  const description =
    `Events \`${event}\` whose data is one JSON value, and \`ping\` every five seconds. With \`Accept: application/x-ndjson\` ` +
    'the values alone, one a line, an empty line as the ping. It ends with the session, and after ten minutes: connect again.';
  const sse = z.string().openapi({ example: `event: ${event}\ndata: {}\n\n` });
  return {
    200: { description, content: { 'application/x-ndjson': { schema: value }, 'text/event-stream': { schema: sse } } },
    ...failures,
  };
}

/** Text of any length, as the reader takes it. */
export function downloads(...types: string[]) {
  const content = Object.fromEntries(types.map((type) => [type, { schema: z.string() }]));
  return { 200: { description: 'A download', content }, ...failures };
}

export function jsonBody<S extends z.ZodType>(schema: S) {
  return { required: true as const, content: { 'application/json': { schema } } };
}

export const idParams = z.object({ id: z.string().max(100) });

/** Validation errors are thrown and become problem+json in one place (api.ts). */
export function newRouter(): OpenAPIHono<ApiEnv> {
  return new OpenAPIHono<ApiEnv>({
    defaultHook: (result) => {
      if (!result.success) throw new InvalidRequest(toDiagnostics(result.error));
    },
  });
}
