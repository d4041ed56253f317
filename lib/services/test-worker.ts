// For tests: a worker on the real socket whose verbs a test answers; a verb without an answer fails.
import fs from 'node:fs';
import { pino } from 'pino';
import { dataFolder, workerSocket } from '@/lib/db/data-folder';
import { serveVerbs, type VerbHandlers, type VerbServer } from '@/lib/worker/verb-server';
import { workerVerbs, type WorkerVerbName } from '@/lib/worker/verbs';

export type Call = { verb: WorkerVerbName; input: unknown };
export type TestWorker = { calls: Call[]; answer: Partial<VerbHandlers>; close: () => Promise<void> };

/** Call it after the data folder of the test is set. */
export async function openTestWorker(): Promise<TestWorker> {
  const calls: Call[] = [];
  const answer: Partial<VerbHandlers> = {};
  const verbs = Object.keys(workerVerbs) as WorkerVerbName[];
  const handlers = Object.fromEntries(
    verbs.map((verb) => [
      verb,
      (input: never) => {
        calls.push({ verb, input });
        const given = answer[verb] as ((input: never) => Promise<unknown>) | undefined;
        return given ? given(input) : Promise.reject(new Error(`the test has no answer for ${verb}`));
      },
    ]),
  ) as VerbHandlers;
  fs.mkdirSync(dataFolder(), { recursive: true });
  const server: VerbServer = await serveVerbs(workerSocket(), handlers, pino({ level: 'silent' }));
  return { calls, answer, close: server.close };
}
