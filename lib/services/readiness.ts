// Whether the console can work: the database and the worker answer, each within a bound.
import 'server-only';
import { getDb } from '@/lib/db/client';
import { callWorker } from '@/lib/worker/client';

export type Readiness = { database: 'answers' | 'away'; worker: 'answers' | 'away' };

const ANSWER_MS = 2_000;
/** Anybody may ask, so asking often must cost nothing. */
const KEPT_MS = 1_000;

let last: { at: number; readiness: Promise<Readiness> } | undefined;

/** Without an account: a load balancer has none, and the answer tells nothing but these words. */
export function getReadiness(): Promise<Readiness> {
  if (!last || Date.now() - last.at > KEPT_MS) last = { at: Date.now(), readiness: ask() };
  return last.readiness;
}

async function ask(): Promise<Readiness> {
  const [database, worker] = await Promise.all([
    answers(async () => getDb().$queryRaw`SELECT 1`),
    answers(() => callWorker('ping', {})),
  ]);
  return { database, worker };
}

async function answers(call: () => Promise<unknown>): Promise<'answers' | 'away'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'away'>((resolve) => (timer = setTimeout(() => resolve('away'), ANSWER_MS)));
  const asked = call().then(
    () => 'answers' as const,
    () => 'away' as const,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
