// The way back: both directors to what they were before, each asked what it has of this deploy, none of it assumed.
import { HostError } from '../core/errors';
import type { PairMode } from '../core/views/plan';
import type { ObservedHost } from '../plan/observed-host';
import { heldRole, virtualAddressesOf, type HeldRole } from '../plan/roles';
import { reachedBy } from './decide-resume';
import { hostOf, Suspended, type JournalStep, type PreparedHost, type Run } from './deploy-run';
import { changeHost, patientStatus } from './guard-change';
import { clean, onBoth, pause, runStep, type StepWork } from './run-step';
import { compareHost, expectedBefore, observeHost, readAddresses } from './verify-host';
import { preparedOf } from './verify-pair';

/**
 * `unproven`: it went back, and differs from before; `uncompared`: nobody here knows what was there before; `healed`: it is back, and
 * what somebody had changed there by hand before the deploy is gone.
 */
export type Undone = 'untouched' | 'rolled-back' | 'unproven' | 'uncompared' | 'healed' | 'confirmed' | 'unreachable';

const ROLLBACK_MS = 180_000;
const ABORT_MS = 30_000;
/** After its timer fired a director has five seconds by the protocol; heartbeat's resource scripts may take longer to follow. */
const GRACE_MS = 30_000;
const UNARMED_WAIT_MS = 10_000;
const RETRY_MS = 2_000;
/** A restarted heartbeat takes its time; the transaction itself is over by then. */
const EQUAL_MS: Record<PairMode, number> = { rolling: 60_000, 'rolling-restart': 150_000, together: 150_000 };

export async function undoHost(run: Run, director: string, firesAt: Date | undefined): Promise<Undone> {
  let undone: Undone = 'unreachable';
  const message = firesAt ? 'Rolling back.' : 'Removing what was staged.';
  await runStep(run, { director, name: 'rollback', message }, async () => {
    const reached = await reach(run, director, firesAt);
    if (reached === undefined) return lostWork(run, director, firesAt);
    const [outcome, work] = await undoReached(run, director, reached);
    undone = outcome;
    if (outcome !== 'confirmed') await run.journal.setTimer(director, undefined);
    return work;
  });
  return undone;
}

/**
 * Where heartbeat or keepalived started anew on both, each may equal its release as a standby while nobody serves yet. Answers why not
 * exactly one director holds the virtual addresses after the time that a start may take; undefined when one does, or none ever had to.
 */
export async function awaitHolder(run: Run): Promise<string | undefined> {
  const { hosts, mode } = run.deploy;
  if (hosts.length === 1 || mode === 'rolling' || hosts.every(({ baseRelease }) => baseRelease === 'none'))
    return undefined;
  let problem: string | undefined;
  await runStep(run, { name: 'rollback', message: 'Waiting until one director serves again.' }, async () => {
    for (const deadline = Date.now() + EQUAL_MS[mode]; ;) {
      const roles = await onBoth(
        hosts.map(({ director }) => director),
        (director) => roleBefore(run, director),
      );
      const holders = hosts.filter((_host, index) => roles[index] === 'active').map(({ director }) => director);
      if (holders.length === 1 && roles.includes('standby'))
        return { message: `Exactly one director, ${holders[0] ?? ''}, holds the virtual addresses.` };
      if (run.signal.aborted) throw new Suspended('the worker is stopping');
      if (Date.now() > deadline) {
        const said = roles.map(
          (role, index) => `${hosts[index]?.director ?? ''}: ${role instanceof Error ? role.message : role}`,
        );
        problem = `One director must hold all virtual addresses and the other none (${said.join(', ')}).`;
        return { message: clean(run, problem), state: 'failed' };
      }
      await pause(RETRY_MS, run.signal);
    }
  });
  return problem;
}

/** By the addresses of the release before; or why it is not known. */
async function roleBefore(run: Run, director: string): Promise<HeldRole | Error> {
  const before = preparedOf(run, director).previous?.intent.active.virtualAddresses.map(({ address }) => address);
  return readAddresses(hostOf(run, director), director).then(
    (held) => heldRole(before ?? virtualAddressesOf(run.deploy.topology), held),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
}

type ReachedState = ReturnType<typeof reachedBy> | 'damaged';

async function undoReached(run: Run, director: string, reached: ReachedState): Promise<[Undone, StepWork]> {
  const { transaction, generation } = run.deploy;
  switch (reached) {
    case 'none':
      return ['untouched', { message: 'Nothing was changed here.' }];
    case 'confirmed':
      return keptWork(transaction);
    case 'staged':
    case 'checked': {
      const calls = [['abort', transaction, String(generation)]] as const;
      const answer = await changeHost(run, director, { calls, done: [], timeoutMs: ABORT_MS });
      return [
        'untouched',
        { message: 'The staged release was removed; nothing was changed.', output: answer.stdout + answer.stderr },
      ];
    }
    case 'rolled-back':
      return provenBack(run, director, 'The director rolled back by itself.', '');
    default: {
      const calls = [['rollback', transaction]] as const;
      const change = { calls, done: ['rolled-back'] as const, timeoutMs: ROLLBACK_MS };
      const answer = await changeHost(run, director, change).catch((error: unknown) => keptOr(run, director, error));
      if (answer === 'kept') return keptWork(transaction);
      return provenBack(run, director, 'Rolled back.', answer.stdout + answer.stderr);
    }
  }
}

/** A confirmation that was still on its way may have come first: then the roll back is refused. */
async function keptOr(run: Run, director: string, refusal: unknown): Promise<'kept'> {
  if (!(refusal instanceof HostError) || refusal.code !== 'guard-refused') throw refusal;
  const status = await patientStatus(run, director, UNARMED_WAIT_MS);
  if (reachedBy(status, run.deploy.transaction) !== 'confirmed') throw refusal;
  return 'kept';
}

function keptWork(transaction: string): [Undone, StepWork] {
  return ['confirmed', { state: 'skipped', message: `Release ${transaction} is confirmed here and stays.` }];
}

/** The guard has put everything back; reading it back is the proof that the page shows. */
async function provenBack(run: Run, director: string, message: string, output: string): Promise<[Undone, StepWork]> {
  const prepared = preparedOf(run, director);
  const { baseRelease } = prepared;
  if (!expectedBefore(prepared)) {
    const what =
      run.deploy.wayBack === undefined
        ? `Release ${baseRelease} was not made by this console`
        : 'What was there before is not known to this version of the console';
    return ['uncompared', { message: `${message} ${what}, so it cannot be compared.`, output }];
  }
  const before = baseRelease === 'none' ? 'the state before the first deploy' : `release ${baseRelease}`;
  const stood = (await run.journal.before())[director] ?? [];
  for (const deadline = Date.now() + EQUAL_MS[run.deploy.mode]; ;) {
    const found = await observeHost(hostOf(run, director)).then(
      (observed) => differencesOf(run, prepared, observed),
      (error: unknown) => [error instanceof Error ? error.message : String(error)],
    );
    const fresh = found.filter((sentence) => !stood.includes(sentence));
    if (fresh.length === 0) {
      const [outcome, words] = asBefore(before, stood, found);
      return [outcome, { message: `${message} ${words}`, output }];
    }
    if (run.signal.aborted) throw new Suspended('the worker is stopping');
    if (Date.now() > deadline) {
      const differs = `${message} It still differs from ${before}: ${fresh.join(' ')}`;
      return ['unproven', { message: clean(run, differs), output, state: 'failed' }];
    }
    await pause(RETRY_MS, run.signal);
  }
}

/** From the release before, in the words in which the journal keeps them; services of this deploy's release must be gone. */
export function differencesOf(run: Run, prepared: PreparedHost, observed: ObservedHost): string[] {
  const own = prepared.expected.intent.active.ipvs.map(({ key }) => key);
  const expected = expectedBefore(prepared);
  return expected ? compareHost(expected, observed, own).differences.map((sentence) => clean(run, sentence)) : [];
}

/** The guard puts back what stood in the kernel, also what was changed by hand and differs from every release: that is no fault. */
function asBefore(before: string, stood: readonly string[], found: readonly string[]): [Undone, string] {
  const gone = stood.filter((sentence) => !found.includes(sentence));
  const equal = `The kernel equals ${before}`;
  const still =
    found.length === 0 ? `${equal}.` : `${equal} but for what differed before the deploy: ${found.join(' ')}`;
  if (gone.length === 0) return ['rolled-back', still];
  return ['healed', `${still} It differed before the deploy, and does not any more: ${gone.join(' ')}`];
}

/** Waits for a director that is away until its own timer has done the work; undefined when it stays away. */
async function reach(run: Run, director: string, firesAt: Date | undefined): Promise<ReachedState | undefined> {
  const deadline = firesAt ? firesAt.getTime() + GRACE_MS : Date.now() + UNARMED_WAIT_MS;
  for (;;) {
    try {
      return reachedBy(await patientStatus(run, director, 0), run.deploy.transaction);
    } catch (error) {
      if (error instanceof HostError && error.details.stdout?.includes('state=damaged')) return 'damaged';
      if (!(error instanceof HostError) || error.details.retry !== true) throw error;
      if (run.signal.aborted) throw new Suspended('the worker is stopping');
      if (Date.now() > deadline) return undefined;
    }
    await pause(RETRY_MS, run.signal);
  }
}

async function lostWork(run: Run, director: string, firesAt: Date | undefined): Promise<StepWork> {
  const steps = await run.journal.steps();
  if (steps.some((step) => step.name === 'confirm' && step.director === director)) {
    const message = `${director} cannot be reached. It keeps ${run.deploy.transaction} if the confirmation came to it, else its own timer put it back: the console asks as soon as it answers.`;
    return { state: 'unknown', message };
  }
  const what = firesAt
    ? timerWords(isArmed(steps, director), firesAt)
    : 'Nothing was changed there; the staged release is removed by the next deploy.';
  return { state: 'unknown', message: `${director} cannot be reached. ${what}` };
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
