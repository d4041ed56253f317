// Runs one deploy to its end, from the beginning or from wherever an earlier worker was killed.
import type { DeployState } from '../core/views/deploy';
import { HostError } from '../core/errors';
import { decideResume, reachedBy } from './decide-resume';
import { Cancelled, Refused, Suspended, type JournalStep, type Run } from './deploy-run';
import { confirmPair, goForward, readRoles, type ReachedByDirector } from './forward';
import { patientStatus } from './guard-change';
import { preflight } from './preflight';
import { undoHost, type Undone } from './roll-back';
import { onBoth, runStep } from './run-step';

export type DeployEnd = DeployState | 'suspended';

const RESUME_WAIT_MS = 20_000;

/** Never throws for what a director does or does not do: that is an outcome. `suspended`: the worker stops, the deploy stays open. */
export async function runDeploy(run: Run): Promise<DeployEnd> {
  try {
    const steps = await run.journal.steps();
    await closeInterruptedSteps(run, steps);
    return steps.length === 0 ? await begin(run) : await resume(run, steps);
  } catch (error) {
    if (error instanceof Suspended || run.signal.aborted) return 'suspended';
    throw error;
  }
}

async function begin(run: Run): Promise<DeployEnd> {
  try {
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
async function resume(run: Run, steps: readonly JournalStep[]): Promise<DeployEnd> {
  const { transaction, mode, state } = run.deploy;
  if (!steps.some(({ name }) => name === 'lock' || name === 'stage')) return begin(run);
  const directors = run.deploy.hosts.map(({ director }) => director);
  const found = await onBoth(directors, (director) =>
    patientStatus(run, director, RESUME_WAIT_MS).catch((error: unknown) => {
      if (error instanceof HostError) return undefined;
      throw error;
    }),
  );
  const statuses = Object.fromEntries(directors.map((director, index) => [director, found[index]]));
  const reached: ReachedByDirector = Object.fromEntries(
    directors.flatMap((director, index) => {
      const status = found[index];
      return status ? [[director, reachedBy(status, transaction)]] : [];
    }),
  );
  const decision = decideResume({ state, mode, transaction, isCancelled: await run.journal.isCancelled(), statuses });
  if (decision.go === 'forward') return forward(run, reached);
  if (decision.go === 'confirm') return finishConfirm(run, reached, 'The worker was interrupted while it confirmed.');
  return back(run, decision.reason);
}

async function forward(run: Run, reached: ReachedByDirector): Promise<DeployEnd> {
  try {
    const proof = await goForward(run, reached);
    return await finish(run, 'verified', undefined, proof);
  } catch (error) {
    if (error instanceof Suspended) throw error;
    const why = error instanceof Cancelled ? error.message : messageOf(error);
    return back(run, why);
  }
}

async function back(run: Run, reason: string): Promise<DeployEnd> {
  await run.journal.setState('rolling-back');
  const timers = await run.journal.timers();
  const directors = run.deploy.hosts.map(({ director }) => director);
  const undone = await onBoth(directors, (director) => {
    const firesAt = timers[director];
    return undoHost(run, director, firesAt === undefined ? undefined : new Date(firesAt)).catch((error: unknown): Undone => {
      if (error instanceof Suspended) throw error;
      return 'unreachable';
    });
  });
  if (undone.includes('confirmed')) {
    const reached: ReachedByDirector = Object.fromEntries(directors.map((director, i) => [director, undone[i] === 'confirmed' ? 'confirmed' : 'rolled-back']));
    return finishConfirm(run, reached, reason);
  }
  const away = directors.filter((_director, index) => undone[index] === 'unreachable');
  if (away.length > 0)
    return finish(run, 'failed', `${reason} ${away.join(' and ')} could not be proven to be back: look at the rollback steps.`);
  const wasTouched = undone.includes('rolled-back');
  const tail = wasTouched ? 'Both directors are as they were before.' : 'Nothing was changed on either director.';
  return finish(run, wasTouched ? 'rolled-back' : 'failed', `${reason} ${tail}`);
}

/** One director has confirmed and keeps the release: the other one is brought forward, or the split is told. */
async function finishConfirm(run: Run, reached: ReachedByDirector, reason: string): Promise<DeployEnd> {
  const behind = run.deploy.hosts.map(({ director }) => director).filter((director) => reached[director] !== 'confirmed');
  try {
    if (behind.every((director) => reached[director] === 'switched')) {
      const { active } = await readRoles(run);
      await confirmPair(run, active ?? '', reached);
      return await finish(run, 'verified', undefined, ['Both directors were verified before the first confirmation.']);
    }
  } catch (error) {
    if (error instanceof Suspended) throw error;
    return finish(run, 'failed', `${splitMessage(run, behind)} ${messageOf(error)}`);
  }
  return finish(run, 'failed', `${splitMessage(run, behind)} ${reason}`);
}

function splitMessage(run: Run, behind: readonly string[]): string {
  return `${behind.join(' and ')} fell back to its release before while the other director keeps ${run.deploy.transaction}. Plan and deploy the same revision again: only ${behind.join(' and ')} changes.`;
}

async function finish(run: Run, state: DeployState, outcome: string | undefined, proof: string[] = []): Promise<DeployEnd> {
  await run.journal.finish({ state, ...(outcome !== undefined && { outcome }), proof });
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
