// Serves the typed verbs on a Unix socket that only the console's own user can open.
import 'server-only';
import fs from 'node:fs';
import http from 'node:http';
import { z } from 'zod';
import { MAX_BODY_BYTES } from '../core/body-limit';
import { HostError, ServiceError } from '../core/errors';
import type { Logger } from './logger';
import { workerVerbs, type WorkerInput, type WorkerOutput, type WorkerVerbName } from './verbs';

export type VerbHandlers = { [N in WorkerVerbName]: (input: WorkerInput<N>) => Promise<WorkerOutput<N>> };
export type VerbServer = { close: () => Promise<void> };

/** A document that the API took is stored with what its schema fills in, and has other words around it here. */
const MAX_BODY = 2 * MAX_BODY_BYTES;
const STATUS: Record<string, number> = { 'not-found': 404, conflict: 409, invalid: 422, busy: 409, unavailable: 503 };

/** A socket that a killed worker left is replaced: the advisory locks decide who does what, not this file. */
export async function serveVerbs(socket: string, handlers: VerbHandlers, log: Logger): Promise<VerbServer> {
  const server = http.createServer((request, response) => {
    void answer(request, handlers, log).then(({ status, body }) => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  server.requestTimeout = 10_000;
  const temporary = `${socket}.${process.pid}`;
  fs.rmSync(temporary, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(temporary, resolve);
  });
  fs.chmodSync(temporary, 0o600);
  fs.renameSync(temporary, socket);
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      }),
  };
}

type Answer = { status: number; body: unknown };

async function answer(request: http.IncomingMessage, handlers: VerbHandlers, log: Logger): Promise<Answer> {
  const name = /^\/verbs\/([A-Za-z]+)$/.exec(request.url ?? '')?.[1] ?? '';
  const started = Date.now();
  try {
    if (request.method !== 'POST' || !isVerb(name)) throw new ServiceError('not-found', 'There is no such verb.');
    const body = await call(name, await readBody(request), handlers);
    log.debug({ verb: name, ms: Date.now() - started }, 'verb');
    return { status: 200, body };
  } catch (error) {
    log.warn({ verb: name, err: error, ms: Date.now() - started }, 'verb failed');
    return toFailure(error);
  }
}

async function call<N extends WorkerVerbName>(name: N, body: string, handlers: VerbHandlers): Promise<unknown> {
  const input = workerVerbs[name].input.parse(JSON.parse(body)) as WorkerInput<N>;
  return workerVerbs[name].output.parse(await handlers[name](input));
}

function isVerb(name: string): name is WorkerVerbName {
  return Object.hasOwn(workerVerbs, name);
}

async function readBody(request: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw new ServiceError('invalid', 'The request is too large.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Details are safe to show: a HostError's own words of the tools stay in the worker's log. */
function toFailure(error: unknown): Answer {
  if (error instanceof HostError) {
    const { host, retry, exitCode } = error.details;
    return failure(502, 'host', error.code, error.message, { host, retry, exitCode });
  }
  if (error instanceof ServiceError)
    return failure(STATUS[error.code] ?? 500, 'service', error.code, error.message, error.details);
  if (error instanceof z.ZodError || error instanceof SyntaxError)
    return failure(422, 'service', 'invalid', `The request is not valid: ${error.message}`, {});
  return failure(500, 'ours', 'internal', 'The worker failed; its log says why.', {});
}

function failure(
  status: number,
  kind: string,
  code: string,
  message: string,
  details: Record<string, unknown>,
): Answer {
  return { status, body: { error: { kind, code, message, details } } };
}
