// The confirmations: only while both directors have time left, and the one that carries traffic first.
import type { Reached } from './decide-resume';
import { Refused, type Run } from './deploy-run';
import { changeHost, patientStatus, wordsOf } from './guard-change';
import { onBoth, runStep, stopIfCancelled } from './run-step';

export type ReachedByDirector = Record<string, Reached>;
/** `firesFrom`: before which moment (by `performance.now()`, for the clock may be set meanwhile) a director's own timer does not fire; unknown when an arm was repeated. */
export type ForwardRun = Run & {
  firesFrom: Map<string, number>;
  /** What came in between and must be told however the deploy ends: sentences. */
  notes: string[];
};

const CONFIRM_MS = 30_000;
/** Two confirmations, one after the other, on slow directors. */
const CONFIRM_MARGIN_MS = 5_000;

/** Active first: if the console dies between the two, the director that carries traffic keeps the verified release. */
export async function confirmPair(run: ForwardRun, active: string, reached: ReachedByDirector): Promise<void> {
  const directors = run.deploy.hosts.map(({ director }) => director);
  const order = directors.toSorted((a, b) => Number(b === active) - Number(a === active));
  if (!Object.values(reached).includes('confirmed')) {
    await needTime(run, directors);
    await stopIfCancelled(run); // the last moment at which both can still go back
  }
  for (const director of order) if (reached[director] !== 'confirmed') await confirmHost(run, director);
}

/** A timer that fires between the two confirmations splits the pair; before the first one both can still go back. */
async function needTime(run: ForwardRun, directors: readonly string[]): Promise<void> {
  const left = await onBoth(directors, (director) => timeLeft(run, director));
  for (const [index, director] of directors.entries()) {
    const leftMs = left[index] ?? 0;
    if (leftMs < CONFIRM_MARGIN_MS)
      throw new Refused(
        `The deploy took so long that ${director} has only ${Math.max(0, Math.floor(leftMs / 1000))} s left until it rolls back by itself: nothing is confirmed, or the pair could be split.`,
      );
  }
}

/** The journal's own times are the latest possible ones, so they are no help here. */
async function timeLeft(run: ForwardRun, director: string): Promise<number> {
  const firesAt = run.firesFrom.get(director);
  if (firesAt !== undefined) return firesAt - performance.now();
  return ((await patientStatus(run, director, CONFIRM_MARGIN_MS)).secondsLeft ?? 0) * 1_000;
}

export async function confirmHost(run: Run, director: string): Promise<void> {
  const { transaction, generation } = run.deploy;
  await runStep(run, { director, name: 'confirm', message: 'Making the release permanent.' }, async () => {
    const calls = [['confirm', transaction, String(generation)]] as const;
    const answer = await changeHost(run, director, { calls, done: ['confirmed'], timeoutMs: CONFIRM_MS });
    await run.journal.setTimer(director, undefined);
    return { message: `Release ${transaction} is what ${director} boots from now on.`, output: wordsOf(answer) };
  });
}
