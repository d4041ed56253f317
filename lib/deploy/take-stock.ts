// What both directors say of a deploy's transaction, at this moment.
import { HostError } from '../core/errors';
import type { GuardStatus } from '../parse/guard-status';
import { reachedBy, type Reached } from './decide-resume';
import { confirmedIn, SWITCH_MS, type Run } from './deploy-run';
import { isAtWork, patientStatus } from './guard-change';
import { onBoth, pause } from './run-step';

export type Stock = {
  statuses: Record<string, GuardStatus | undefined>;
  /** Without the directors that cannot be reached; one whose confirmation the journal knows has confirmed, whether it answers or not. */
  reached: Record<string, Reached>;
};

const RETRY_MS = 1_000;

export async function takeStock(run: Run, waitMs: number): Promise<Stock> {
  const { hosts, transaction } = run.deploy;
  const directors = hosts.map(({ director }) => director);
  const confirmed = confirmedIn(await run.journal.steps());
  const found = await onBoth(directors, async (director) => {
    const status = await restingStatus(run, director, waitMs).catch((error: unknown) => {
      if (error instanceof HostError) return undefined;
      throw error;
    });
    const noted: Reached | undefined = confirmed.has(director) ? 'confirmed' : undefined;
    return { director, status, reached: status ? reachedBy(status, transaction) : noted };
  });
  return {
    statuses: Object.fromEntries(found.map(({ director, status }) => [director, status])),
    reached: Object.fromEntries(
      found.flatMap(({ director, reached }) => (reached === undefined ? [] : [[director, reached]])),
    ),
  };
}

/** What an earlier worker began may still be at work on the director: it is let finish, and not killed in the middle only because the worker was. */
async function restingStatus(run: Run, director: string, waitMs: number): Promise<GuardStatus> {
  for (const deadline = Date.now() + SWITCH_MS[run.deploy.mode]; ;) {
    const status = await patientStatus(run, director, waitMs);
    if (!isAtWork(run, status) || Date.now() > deadline || run.signal.aborted) return status;
    await pause(RETRY_MS, run.signal);
  }
}
