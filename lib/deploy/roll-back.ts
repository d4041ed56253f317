// The way back: both directors to what they were before, each asked what it has of this deploy, none of it assumed.
import { HostError, type HostErrorCode } from '../core/errors';
import type { PairMode } from '../core/views/plan';
import type { ObservedHost } from '../plan/observed-host';
import { heldRole, virtualAddressesOf, type HeldRole } from '../plan/roles';
import { awaitAnswer, deadlineOf, lostWork, pauseAfter, type ReachedState } from './away-director';
import { reachedBy } from './decide-resume';
import { hostOf, Suspended, type PreparedHost, type Run } from './deploy-run';
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
const STATUS_WAIT_MS = 10_000;
const RETRY_MS = 2_000;
/** The guard ran and said so: asking it again brings nothing new. Of anything else nobody knows what the director has done. */
const ANSWERS: readonly HostErrorCode[] = ['guard-refused', 'command-failed', 'unreadable-answer', 'key-limited'];
/** A restarted heartbeat takes its time; the transaction itself is over by then. */
const EQUAL_MS: Record<PairMode, number> = { rolling: 60_000, 'rolling-restart': 150_000, together: 150_000 };

/** `isAway`: it did not answer just now. */
export type Way = { firesAt: Date | undefined; isAway: boolean };

export async function undoHost(run: Run, director: string, way: Way): Promise<Undone> {
  let undone: Undone = 'unreachable';
  await runStep(run, { director, name: 'rollback', message: beginWords(director, way) }, async () => {
    const end = await undoUntil(run, director, deadlineOf(way.firesAt));
    if (end instanceof HostError) return lostWork(run, director, way.firesAt, end);
    const [outcome, work] = end;
    undone = outcome;
    if (outcome !== 'confirmed') await run.journal.setTimer(director, undefined);
    return work;
  });
  return undone;
}

function beginWords(director: string, { firesAt, isAway }: Way): string {
  if (!firesAt) return 'Removing what was staged.';
  if (!isAway) return 'Rolling back.';
  return `${director} cannot be asked now: it is rolled back as soon as it can, or by its own timer if that runs.`;
}

/** Answers why the director could not be asked until then. */
async function undoUntil(run: Run, director: string, deadline: number): Promise<[Undone, StepWork] | HostError> {
  for (let isAgain = false; ; isAgain = true) {
    const reached = await awaitAnswer(run, director, deadline, isAgain);
    if (reached instanceof HostError) return reached;
    try {
      return await undoReached(run, director, reached, isAgain);
    } catch (error) {
      if (!(error instanceof HostError) || ANSWERS.includes(error.code)) throw error;
      if (Date.now() >= deadline) return error;
      await pauseAfter(run, error, deadline);
    }
  }
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

/** `isAgain`: an order to go back was sent already, and its answer was lost. */
async function undoReached(
  run: Run,
  director: string,
  reached: ReachedState,
  isAgain: boolean,
): Promise<[Undone, StepWork]> {
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
      return provenBack(run, director, isAgain ? 'Rolled back.' : 'The director rolled back by itself.', '');
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
  const status = await patientStatus(run, director, STATUS_WAIT_MS);
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
