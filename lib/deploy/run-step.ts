// One step of the journal around one piece of work: written before it begins, and again when it ended.
import { HostError } from '../core/errors';
import type { DeployStepName } from '../core/views/deploy';
import { isOutcomeUnknown } from '../ssh/guard-host';
import { Cancelled, Suspended, type Run, type StepResult } from './deploy-run';

export type StepWork = { message: string; output?: string; state?: StepResult['state'] };
type StepHead = { director?: string; name: DeployStepName; message: string };

const MAX_OUTPUT = 8_000;
/** Part of a roll back, or past its time: `confirmPair` looks once more before the first confirmation. */
const NOT_CANCELLABLE: readonly DeployStepName[] = ['confirm', 'rollback', 'unlock'];

export async function runStep(run: Run, head: StepHead, work: () => Promise<StepWork>): Promise<void> {
  await checkpoint(run, head.name);
  const sequence = await run.journal.begin(head);
  await closeStep(run, work, async () => sequence);
}

/**
 * Two steps that go to a director in one message: the second row begins when the director says that the first is done. Only for a
 * second step that changes nothing in force: it may be at work there a moment before its row is written.
 */
export async function runTwoSteps(
  run: Run,
  [first, second]: readonly [StepHead & { doneMessage: string }, StepHead],
  work: (firstIsDone: () => void) => Promise<StepWork>,
): Promise<void> {
  await checkpoint(run, first.name);
  let sequence = await run.journal.begin(first);
  let turn: Promise<void> | undefined;
  const turnOver = async () => {
    await run.journal.end(sequence, { state: 'done', message: first.doneMessage, output: '' });
    sequence = await run.journal.begin(second);
  };
  const firstIsDone = () => {
    turn ??= turnOver();
    turn.catch(() => undefined); // it is awaited below
  };
  await closeStep(
    run,
    async () => {
      const done = await work(firstIsDone);
      firstIsDone();
      await turn;
      return done;
    },
    async () => {
      await turn?.catch(() => undefined); // the row that is open gets its end all the same
      return sequence;
    },
  );
}

async function closeStep(run: Run, work: () => Promise<StepWork>, sequenceOf: () => Promise<number>): Promise<void> {
  try {
    const { message, output = '', state = 'done' } = await work();
    await run.journal.end(await sequenceOf(), { state, message, output: clean(run, output) });
  } catch (error) {
    const state = isOutcomeUnknown(error) ? 'unknown' : 'failed';
    const message = error instanceof Error ? error.message : String(error);
    await run.journal.end(await sequenceOf(), {
      state,
      message: clean(run, message),
      output: clean(run, outputOf(error)),
    });
    throw error;
  }
}

export async function checkpoint(run: Run, name: DeployStepName): Promise<void> {
  if (run.signal.aborted) throw new Suspended('the worker is stopping');
  if (!NOT_CANCELLABLE.includes(name)) await stopIfCancelled(run);
}

export async function stopIfCancelled(run: Run): Promise<void> {
  if (await run.journal.isCancelled()) throw new Cancelled('The deploy was cancelled by an operator.');
}

/** Both at once; the first error is thrown when both have ended, so that no work goes on behind a roll back. */
export async function onBoth<T>(directors: readonly string[], work: (director: string) => Promise<T>): Promise<T[]> {
  const results = await Promise.allSettled(directors.map(work));
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) throw failed.reason;
  return results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal?.addEventListener('abort', end);
    if (signal?.aborted) end();
  });
}

/** The tools' own words, without secrets and of bounded length. */
export function clean(run: Run, text: string): string {
  const safe = run.deploy.secrets.reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text).trim();
  return safe.length > MAX_OUTPUT ? `${safe.slice(0, MAX_OUTPUT)}\n(cut)` : safe;
}

function outputOf(error: unknown): string {
  if (!(error instanceof HostError)) return '';
  return [error.details.stdout, error.details.stderr].filter(Boolean).join('\n');
}
