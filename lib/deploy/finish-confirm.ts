// One director has confirmed and keeps the release: the other one is confirmed too as long as its timer lets it, or the split is told.
import { HostError } from '../core/errors';
import { EXIT_DAMAGED } from '../ssh/guard-host';
import { confirmHost } from './confirm-pair';
import { reachedBy, type Reached } from './decide-resume';
import { confirmedIn, Suspended, type Run } from './deploy-run';
import { patientStatus } from './guard-change';
import { pause, runStep } from './run-step';

const GRACE_MS = 10_000;
const RETRY_MS = 1_000;

export type ConfirmEnd = { state: 'verified' } | { state: 'failed'; outcome: string };

export async function finishConfirm(run: Run, reached: Record<string, Reached>, reason: string): Promise<ConfirmEnd> {
  const timers = await run.journal.timers();
  await noteFound(run, reached);
  for (const { director } of run.deploy.hosts) {
    if (reached[director] === 'confirmed') continue;
    const firesAt = timers[director];
    const end = await confirmUntil(run, director, firesAt === undefined ? Date.now() : Date.parse(firesAt));
    if (end !== 'confirmed') return { state: 'failed', outcome: `${reason} ${splitWords(run, director, end)}`.trim() };
  }
  return { state: 'verified' };
}

/** A confirmation whose answer was lost, or that the journal could not note: who reads the journal later sees that the pair is split. */
async function noteFound(run: Run, reached: Record<string, Reached>): Promise<void> {
  const noted = confirmedIn(await run.journal.steps());
  for (const { director } of run.deploy.hosts) {
    if (reached[director] !== 'confirmed' || noted.has(director)) continue;
    await runStep(run, { director, name: 'confirm', message: 'Looking at what is confirmed.' }, async () => {
      await run.journal.setTimer(director, undefined);
      return {
        message: `Release ${run.deploy.transaction} was found confirmed on ${director}: the answer had been lost.`,
      };
    });
  }
}

async function confirmUntil(run: Run, director: string, firesAt: number): Promise<Reached | 'unreachable'> {
  for (let isDamaged = false; ;) {
    const seen = await ask(run, director);
    if (seen === 'confirmed') return seen;
    if (seen === 'switched' && !isDamaged) {
      const isDone = await confirmHost(run, director).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof HostError)) throw error; // ours, or the database: the next worker goes on from the directors' own words
          isDamaged = error.details.exitCode === EXIT_DAMAGED; // no other attempt would end otherwise
          return false;
        },
      );
      if (isDone) return 'confirmed';
    } else if (seen !== 'unreachable' && seen !== 'switched') return seen;
    if (Date.now() > firesAt + GRACE_MS) return seen;
    if (run.signal.aborted) throw new Suspended('the worker is stopping');
    await pause(RETRY_MS, run.signal);
  }
}

async function ask(run: Run, director: string): Promise<Reached | 'unreachable'> {
  try {
    return reachedBy(await patientStatus(run, director, 0), run.deploy.transaction);
  } catch (error) {
    if (error instanceof HostError) return 'unreachable';
    throw error;
  }
}

function splitWords(run: Run, director: string, end: Reached | 'unreachable'): string {
  const what =
    end === 'unreachable'
      ? `${director} cannot be reached: it has the confirmation, whose answer was lost, or its timer put it back to its release before.`
      : `${director} is back on its release before.`;
  return `${what} The other director keeps ${run.deploy.transaction}. The console rolls ${director} forward by a deploy of the same revision as soon as it answers.`;
}
