// Web's way to the worker: the typed verbs of verbs.ts over a Unix socket, with a time-out on every call.
import 'server-only';
import http from 'node:http';
import { z } from 'zod';
import { HostError, ServiceError, type HostErrorCode, type ServiceErrorCode } from '@/lib/core/errors';
import { workerSocket } from '@/lib/db/data-folder';
import { workerVerbs, type WorkerInput, type WorkerOutput, type WorkerVerbName } from './verbs';

/** Directors are slow to answer when they are in trouble; a plan reads both. */
const CALL_MS = 60_000;
const failureSchema = z.object({
  error: z.object({
    kind: z.enum(['host', 'service', 'ours']),
    code: z.string(),
    message: z.string(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});

/** Throws what the worker threw (HostError, ServiceError), or ServiceError('unavailable') when it does not run. */
export async function callWorker<N extends WorkerVerbName>(name: N, input: WorkerInput<N>): Promise<WorkerOutput<N>> {
  const { status, text } = await post(name, JSON.stringify(workerVerbs[name].input.parse(input)));
  const answer = parseAnswer(text);
  if (status === 200) {
    const output = workerVerbs[name].output.safeParse(answer);
    if (output.success) return output.data as WorkerOutput<N>;
  }
  const failure = failureSchema.safeParse(answer);
  if (failure.success) throw toError(failure.data.error);
  throw new Error(`the worker answered ${name} with status ${status} and not in the promised form`);
}

function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // cut off, or not ours: no promised form either
  }
}

function toError({ kind, code, message, details }: z.infer<typeof failureSchema>['error']): Error {
  if (kind === 'host') return new HostError(code as HostErrorCode, message, details ?? {});
  if (kind === 'service') return new ServiceError(code as ServiceErrorCode, message, details ?? {});
  return new Error(`the worker failed: ${message}`);
}

function post(name: string, body: string): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const away = (cause: Error) =>
      reject(
        new ServiceError(
          'unavailable',
          'The worker does not answer; the supervisor starts it again when it died.',
          {},
          { cause },
        ),
      );
    const request = http.request(
      {
        socketPath: workerSocket(),
        path: `/verbs/${name}`,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        timeout: CALL_MS,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') }),
        );
        response.on('error', away);
      },
    );
    request.on('timeout', () => request.destroy(new Error(`no answer within ${CALL_MS / 1000} s`)));
    request.on('error', away);
    request.end(body);
  });
}
