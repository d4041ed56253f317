// A director that cannot be asked on the way back: how long it is waited for, and what is said of it then.
import { HostError } from '../core/errors';
import type { GuardStatus } from '../parse/guard-status';
import { GUARD } from '../ssh/guard-host';
import { reachedBy } from './decide-resume';
import { Suspended, type JournalStep, type Run } from './deploy-run';
import { patientStatus } from './guard-change';
import { clean, pause, type StepWork } from './run-step';

/**
 * After its timer fired a director has five seconds by the protocol, and heartbeat's resource scripts may take longer to follow. The rest is
 * for a line that comes back: what is read then is proven, what is not is told as unknown.
 */
const GRACE_MS = 60_000;
const UNARMED_WAIT_MS = 10_000;
const RETRY_MS = 2_000;
/** A host may lock out an address that offers a refused key again and again; somebody must mend it first anyway. */
const REFUSED_RETRY_MS = 15_000;

export type ReachedState = ReturnType<typeof reachedBy> | 'damaged';

/** A director that was armed goes back by itself, some seconds after its timer fired; for another one nothing comes by waiting longer. */
export function deadlineOf(firesAt: Date | undefined): number {
  return firesAt ? firesAt.getTime() + GRACE_MS : Date.now() + UNARMED_WAIT_MS;
}

/**
 * Waits for a director that cannot be asked, for whatever reason, until its own timer has done the work; answers the last reason when
 * it never could. `isAgain`: an order may have come to it already, and is let end.
 */
export async function awaitAnswer(
  run: Run,
  director: string,
  deadline: number,
  isAgain: boolean,
): Promise<ReachedState | HostError> {
  for (;;) {
    const answer = await patientStatus(run, director, 0).catch((error: unknown) => {
      if (error instanceof HostError) return error;
      throw error;
    });
    if (run.signal.aborted) throw new Suspended('the worker is stopping');
    const isOver = Date.now() >= deadline;
    if (answer instanceof HostError) {
      if (answer.details.stdout?.includes('state=damaged')) return 'damaged';
      if (isOver) return answer;
    } else if (!isAgain || answer.busy === '' || isOver) return reachedBy(answer, run.deploy.transaction);
    await pauseAfter(run, answer, deadline);
  }
}

/** The last question comes when the director's own timer must have done its work. */
export function pauseAfter(run: Run, answer: GuardStatus | HostError, deadline: number): Promise<void> {
  const isRefusal = answer instanceof HostError && answer.details.retry !== true;
  const wantedMs = isRefusal ? REFUSED_RETRY_MS : RETRY_MS;
  return pause(Math.min(wantedMs, Math.max(0, deadline - Date.now())), run.signal);
}

export async function lostWork(
  run: Run,
  director: string,
  firesAt: Date | undefined,
  cause: HostError,
): Promise<StepWork> {
  const steps = await run.journal.steps();
  const why = awayWords(director, cause);
  if (steps.some((step) => step.name === 'confirm' && step.director === director)) {
    const message = `${why} It keeps ${run.deploy.transaction} if the confirmation came to it, else its own timer put it back: the console asks as soon as it answers.`;
    return { state: 'unknown', message: clean(run, message) };
  }
  const what = firesAt
    ? timerWords(isArmed(steps, director), firesAt)
    : 'Nothing was changed there; the staged release is removed by the next deploy.';
  return { state: 'unknown', message: clean(run, `${why} ${what}`) };
}

/** What stands in the way, and what somebody must do about it; a line that is cut mends itself. */
function awayWords(director: string, { code, message, details }: HostError): string {
  if (details.retry === true) return `${director} cannot be reached.`;
  const cause = message.startsWith(`${director}: `) ? message.slice(director.length + 2) : message;
  const keyAdvice = code.startsWith('host-key-')
    ? " Compare the key with the one that the director itself shows, and accept it on the director's page only if they are the same."
    : '';
  return `${director} could not be asked: ${cause}${keyAdvice} On the director itself \`${GUARD} status\` tells what it has.`;
}

/** The time of a timer is written down before the timer is asked for, so it alone does not say that one runs. */
function isArmed(steps: readonly JournalStep[], director: string): boolean {
  const own = steps.filter((step) => step.director === director);
  return own.some(({ name, state }) => name === 'switch' || (name === 'arm' && state === 'done'));
}

/** A director that is off, or whose timer never came to be, has not rolled back: its end is told only by reading it. */
function timerWords(wasArmed: boolean, firesAt: Date): string {
  const at = firesAt.toISOString();
  return wasArmed
    ? `Its own timer was set to roll it back at ${at}. Whether it did has not been read.`
    : `Whether its own timer was set is not known: if it was, it was to roll the director back at ${at}; if not, nothing was changed there. Which of the two has not been read.`;
}
