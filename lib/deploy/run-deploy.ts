// Runs one deploy to its end, from the beginning or from wherever an earlier worker was killed.
import type { DeployState } from '../core/views/deploy';
import type { ReachedByDirector } from './confirm-pair';
import { decideResume } from './decide-resume';
import {
  confirmedIn,
  isBegun,
  JournalLost,
  Refused,
  Suspended,
  type DeployJournal,
  type JournalStep,
  type Run,
} from './deploy-run';
import { finishConfirm } from './finish-confirm';
import { goForward } from './forward';
import { pairWords } from './pair-words';
import { preflight } from './preflight';
import { awaitHolder, undoHost, type Undone, type Way } from './roll-back';
import { clean, onBoth, runStep } from './run-step';
import { takeStock } from './take-stock';

export type DeployEnd = DeployState | 'suspended';

const RESUME_WAIT_MS = 20_000;
const BACK_WAIT_MS = 5_000;

/**
 * Never throws for what a director does or does not do: that is an outcome. `suspended`: the worker stops, the deploy stays open.
 * Throws what the journal threw: then, too, the deploy stays open, and whoever runs it next asks the directors.
 */
export async function runDeploy(begun: Run): Promise<DeployEnd> {
  const run = { ...begun, journal: suspendingJournal(begun.journal) };
  try {
    const steps = await run.journal.steps();
    await closeInterruptedSteps(run, steps);
    return isBegun(steps) ? await resume(run) : await begin(run);
  } catch (error) {
    if (error instanceof JournalLost) throw error.cause;
    if (error instanceof Suspended || run.signal.aborted) return 'suspended';
    throw error;
  }
}

/** A database that is away for a moment is no reason to undo what a director did well. */
function suspendingJournal(journal: DeployJournal): DeployJournal {
  const lost = (cause: unknown): never => {
    throw new JournalLost('the journal cannot be written or read', { cause });
  };
  return {
    steps: () => journal.steps().catch(lost),
    begin: (...args) => journal.begin(...args).catch(lost),
    end: (...args) => journal.end(...args).catch(lost),
    setState: (...args) => journal.setState(...args).catch(lost),
    setTimer: (...args) => journal.setTimer(...args).catch(lost),
    timers: () => journal.timers().catch(lost),
    setBefore: (...args) => journal.setBefore(...args).catch(lost),
    before: () => journal.before().catch(lost),
    raiseGeneration: (...args) => journal.raiseGeneration(...args).catch(lost),
    isCancelled: () => journal.isCancelled().catch(lost),
    refusal: () => journal.refusal().catch(lost),
    finish: (...args) => journal.finish(...args).catch(lost),
  };
}

async function begin(run: Run): Promise<DeployEnd> {
  try {
    const refusal = await run.journal.refusal();
    if (refusal !== undefined) throw new Refused(refusal);
    await run.journal.setState('running');
    await preflight(run);
    await runStep(run, { name: 'lock', message: 'Taking the pair.' }, async () => ({
      message: `Transaction ${run.deploy.transaction}, generation ${run.deploy.generation}: no other deploy can begin.`,
    }));
  } catch (error) {
    if (error instanceof Suspended) throw error;
    return finish(run, 'refused', `Nothing was changed. ${messageOf(error)}`);
  }
  return forward(run, {});
}

/** The directors' own words decide, not what this console believes to have done. */
async function resume(run: Run): Promise<DeployEnd> {
  const { transaction, mode, state, wayBack } = run.deploy;
  const { statuses, reached } = await takeStock(run, RESUME_WAIT_MS);
  const [isCancelled, refusal] = [await run.journal.isCancelled(), await run.journal.refusal()];
  const decision = decideResume({ state, mode, transaction, isCancelled, refusal, wayBack, reached, statuses });
  if (decision.go === 'forward') return forward(run, reached);
  if (decision.go === 'confirm') return confirmRest(run, reached, 'The worker was interrupted while it confirmed.');
  return back(run, decision.reason);
}

async function forward(run: Run, reached: ReachedByDirector): Promise<DeployEnd> {
  const notes: string[] = [];
  try {
    const proof = await goForward(run, reached, notes);
    return await finish(run, 'verified', await lateCancel(run), proof);
  } catch (error) {
    if (error instanceof Suspended) throw error;
    return back(run, messageOf(error), notes);
  }
}

/** `notes`: what came in between, told however it ends. */
async function back(run: Run, cause: string, notes: readonly string[] = []): Promise<DeployEnd> {
  const reason = [cause, ...notes].join(' ');
  // Without the pair's lock this run has no say any more: another worker may have taken the deploy up already.
  if (run.signal.aborted) throw new Suspended('the worker is stopping');
  const { reached, statuses } = await takeStock(run, BACK_WAIT_MS);
  if (Object.values(reached).includes('confirmed')) return confirmRest(run, reached, reason, notes);
  await run.journal.setState('rolling-back');
  const timers = await run.journal.timers();
  const directors = run.deploy.hosts.map(({ director }) => director);
  const undone = await onBoth(directors, (director) => {
    const firesAt = timers[director];
    const isAway = statuses[director] === undefined;
    return undo(run, director, { firesAt: firesAt === undefined ? undefined : new Date(firesAt), isAway });
  });
  if (undone.includes('confirmed'))
    return confirmRest(run, (await takeStock(run, BACK_WAIT_MS)).reached, reason, notes);
  const those = (end: Undone) => directors.filter((_director, index) => undone[index] === end).join(' and ');
  const [away, unproven] = [those('unreachable'), those('unproven')];
  const [uncompared, healed] = [those('uncompared'), those('healed')];
  const doubtful = [
    ...(away ? [`${away} could not be proven to be back: see the rollback steps.`] : []),
    ...(unproven ? [`${unproven} rolled back, yet differs from before: see the rollback steps.`] : []),
  ];
  const words = pairWords(run);
  if (doubtful.length > 0) return finish(run, 'failed', [reason, ...doubtful].join(' '));
  if (undone.every((end) => end === 'untouched')) return finish(run, 'failed', `${reason} ${words.untouched}`);
  const unserved = await awaitHolder(run);
  if (unserved !== undefined) return finish(run, 'failed', `${reason} ${words.areBack} ${unserved}`);
  const unlike = [
    ...(uncompared ? [`${uncompared} could not be compared with what was there before.`] : []),
    ...(healed ? [`What differed from its release before is so no more on ${healed}: see the rollback steps.`] : []),
  ];
  const tail = unlike.length > 0 ? [words.areBack, ...unlike] : [words.asBefore];
  return finish(run, 'rolled-back', [reason, ...tail].join(' '));
}

/** What fails on one director must not stop the way back of the other one. */
async function undo(run: Run, director: string, way: Way): Promise<Undone> {
  try {
    return await undoHost(run, director, way);
  } catch (error) {
    if (error instanceof Suspended) throw error;
    return 'unreachable';
  }
}

async function confirmRest(
  run: Run,
  reached: ReachedByDirector,
  reason: string,
  notes: readonly string[] = [],
): Promise<DeployEnd> {
  const end = await finishConfirm(run, reached, reason);
  const late = await lateCancel(run);
  if (end.state === 'failed') return finish(run, 'failed', [end.outcome, late].filter(Boolean).join(' '));
  return finish(run, 'verified', late, [...notes, pairWords(run).equalled]);
}

/** Somebody may count on a cancel that was accepted while the first confirmation was on its way. */
async function lateCancel(run: Run): Promise<string | undefined> {
  if (!(await run.journal.isCancelled())) return undefined;
  const [first] = confirmedIn(await run.journal.steps());
  return `A cancel was asked when ${first ?? 'a director'} already had the release confirmed, or was being asked to confirm it: from there on a deploy only goes forward. To undo it, open an earlier deploy in the list of deploys and roll the pair back to that one.`;
}

async function finish(
  run: Run,
  state: DeployState,
  outcome: string | undefined,
  proof: string[] = [],
): Promise<DeployEnd> {
  const words = outcome === undefined ? {} : { outcome: clean(run, outcome) };
  await run.journal.finish({ state, ...words, proof: proof.map((sentence) => clean(run, sentence)) });
  return state;
}

/** What was at work when a worker died: how it ended is what the directors say next. */
async function closeInterruptedSteps(run: Run, steps: readonly JournalStep[]): Promise<void> {
  for (const { sequence } of steps.filter(({ state }) => state === 'running'))
    await run.journal.end(sequence, {
      state: 'unknown',
      message: 'The worker was stopped here; the directors are asked what they did.',
      output: '',
    });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
