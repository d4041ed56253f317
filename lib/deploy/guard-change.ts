// Sends a changing verb once; when its answer is lost, the director is asked what it did before anything is sent again.
import { HostError } from '../core/errors';
import type { GuardState, GuardStatus } from '../parse/guard-status';
import { isOutcomeUnknown, type GuardAnswer, type GuardCall, type SequenceOptions } from '../ssh/guard-host';
import { hostOf, Suspended, type Run } from './deploy-run';
import { pause } from './run-step';

type Change = {
  /** Sent together; what only reads may stand behind what changes. */
  calls: readonly GuardCall[];
  /** Called when the director says that one of them is done. */
  onDone?: SequenceOptions['onDone'];
  /** States in which the director has done all that changes. */
  done: readonly GuardState[];
  timeoutMs: number;
  stdin?: string | Uint8Array;
};

const RETRY_MS = 1_000;
/** How long nothing is at work on a director before a verb whose answer was lost is taken as never arrived. */
const QUIET_MS = 15_000;
const ATTEMPTS = 3;

/** An answer that was lost has no standard output: what was read behind the change must be read again. */
export async function changeHost(run: Run, director: string, change: Change): Promise<GuardAnswer> {
  const { calls, onDone, timeoutMs, stdin, done } = change;
  const host = hostOf(run, director);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await host.sequence(calls, { timeoutMs, ...(stdin && { stdin }), ...(onDone && { onDone }) });
    } catch (error) {
      const wasNeverSent = error instanceof HostError && error.code === 'unreachable';
      if (attempt === ATTEMPTS || !(isOutcomeUnknown(error) || wasNeverSent)) throw error;
      const waitMs = wasNeverSent ? { idle: 0, atWork: 0 } : { idle: QUIET_MS, atWork: timeoutMs };
      const status = await settledStatus(run, director, done, waitMs, error);
      if (status) return { stdout: '', stderr: `The answer was lost; ${director} says: ${status.state}.` };
    }
  }
}

/**
 * Undefined: the director answers and has not done it. A verb that is at work there is waited for longer, and so is a step that
 * is named in its status: its guard may have been killed. Throws the first error when the director cannot be asked.
 */
async function settledStatus(
  run: Run,
  director: string,
  done: readonly GuardState[],
  waitMs: { idle: number; atWork: number },
  cause: unknown,
): Promise<GuardStatus | undefined> {
  const started = Date.now();
  for (let quietSince = started; ;) {
    const status = await patientStatus(run, director, QUIET_MS).catch((error: unknown) => {
      throw error instanceof Suspended ? error : cause;
    });
    const isOurs = status.transaction === run.deploy.transaction;
    if (isOurs && status.step === '' && done.includes(status.state)) return status;
    const isBusy = isAtWork(run, status);
    if (isBusy) quietSince = Date.now(); // between two verbs of a sequence nothing is at work for a moment
    const isOver = isBusy ? Date.now() - started >= waitMs.atWork : Date.now() - quietSince >= waitMs.idle;
    // Not "sent again": it may be at work, and whoever goes on with this deploy asks first.
    if (run.signal.aborted) throw new Suspended('the worker is stopping');
    if (isOver) return undefined;
    await pause(RETRY_MS, run.signal);
  }
}

/** A verb holds the lock there, or a step of this deploy is named: its guard may have been killed in the middle. */
export function isAtWork(run: Run, { busy, step, transaction }: GuardStatus): boolean {
  return busy !== '' || (step !== '' && transaction === run.deploy.transaction);
}

/** Asks again while the director cannot be reached. */
export async function patientStatus(run: Run, director: string, waitMs: number): Promise<GuardStatus> {
  for (const deadline = Date.now() + waitMs; ;) {
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

/** What the guard said of its changes, without what was read behind them. */
export function wordsOf({ stdout, stderr }: GuardAnswer): string {
  const words = stdout.replace(/^@@ begin (\S+)\n[^]*?^@@ end \1 \d+$/gm, '').replace(/^@@.*$/gm, '');
  return [words.replace(/\n{2,}/g, '\n').trim(), stderr.trim()].filter(Boolean).join('\n');
}
