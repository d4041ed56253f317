// Sends a changing verb once; when its answer is lost, the director is asked what it did before anything is sent again.
import { HostError } from '../core/errors';
import type { GuardState, GuardStatus } from '../parse/guard-status';
import { isOutcomeUnknown, type GuardAnswer } from '../ssh/guard-host';
import { hostOf, Suspended, type Run } from './deploy-run';
import { pause } from './run-step';

export type ChangingVerb = 'stage' | 'check' | 'arm' | 'switch' | 'confirm' | 'rollback' | 'abort';
type Change = {
  args: readonly string[];
  /** States in which the director has done it. */
  done: readonly GuardState[];
  timeoutMs: number;
  stdin?: Uint8Array;
};

const RETRY_MS = 1_000;
/** How long a verb whose answer was lost may still be at work before it is taken as never arrived. */
const AT_WORK_MS = 15_000;
const ATTEMPTS = 3;

export async function changeHost(run: Run, director: string, verb: ChangingVerb, change: Change): Promise<GuardAnswer> {
  const { args, timeoutMs, stdin, done } = change;
  const host = hostOf(run, director);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await host.guard(verb, args, { timeoutMs, ...(stdin && { stdin }) });
    } catch (error) {
      const wasNeverSent = error instanceof HostError && error.code === 'unreachable';
      if (attempt === ATTEMPTS || !(isOutcomeUnknown(error) || wasNeverSent)) throw error;
      const status = await settledStatus(run, director, done, wasNeverSent ? 0 : AT_WORK_MS, error);
      if (status) return { stdout: '', stderr: `The answer was lost; ${director} says: ${status.state}.` };
    }
  }
}

/** Undefined: the director answers and has not done it. Throws the first error when it cannot be asked. */
async function settledStatus(
  run: Run,
  director: string,
  done: readonly GuardState[],
  waitMs: number,
  cause: unknown,
): Promise<GuardStatus | undefined> {
  const deadline = Date.now() + waitMs;
  do {
    const status = await patientStatus(run, director, AT_WORK_MS).catch(() => undefined);
    if (!status) throw cause;
    if (status.transaction === run.deploy.transaction && done.includes(status.state)) return status;
    await pause(RETRY_MS, run.signal);
  } while (Date.now() < deadline && !run.signal.aborted);
  return undefined;
}

/** Asks again while the director cannot be reached. */
export async function patientStatus(run: Run, director: string, waitMs: number): Promise<GuardStatus> {
  for (const deadline = Date.now() + waitMs; ; ) {
    try {
      return await hostOf(run, director).status();
    } catch (error) {
      const isPassing = error instanceof HostError && error.details.retry === true;
      if (!isPassing || Date.now() > deadline) throw error;
    }
    if (run.signal.aborted) throw new Suspended('the worker is stopping');
    await pause(RETRY_MS, run.signal);
  }
}
