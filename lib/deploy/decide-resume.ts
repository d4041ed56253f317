// Where an interrupted deploy goes on: a pure decision from the journal's state and what both directors say of their transaction.
import type { DeployState } from '../core/views/deploy';
import type { PairMode } from '../core/views/plan';
import type { GuardState, GuardStatus } from '../parse/guard-status';

/** How far a director came with this deploy's transaction; `none`: it knows nothing of it. */
export type Reached =
  'none' | Extract<GuardState, 'staged' | 'checked' | 'armed' | 'switched' | 'confirmed' | 'rolled-back'>;
export type ResumeDecision =
  | { go: 'forward' }
  /** One director has confirmed already: the other one must follow. */
  | { go: 'confirm' }
  | { go: 'back'; reason: string };

export type ResumeInput = {
  state: DeployState;
  mode: PairMode;
  transaction: string;
  isCancelled: boolean;
  /** Why the pair's rules would not let it begin now. */
  refusal?: string | undefined;
  /** Why there is no way forward any more, whatever the directors say. */
  wayBack?: string | undefined;
  reached: Record<string, Reached>;
  /** Undefined: cannot be reached now. */
  statuses: Record<string, GuardStatus | undefined>;
};

const ORDER: readonly Reached[] = ['none', 'staged', 'checked', 'armed', 'switched', 'confirmed'];
/** Seconds that a switched director must have left: what comes after its switch must fit in. */
const NEEDED_SECONDS: Record<PairMode, number> = { rolling: 30, 'rolling-restart': 25, together: 25 };

export function reachedBy(status: GuardStatus, transaction: string): Reached {
  // The link decides, whatever is written beside it: a guard may have been killed between the two.
  if (status.confirmed === transaction) return 'confirmed';
  if (status.transaction !== transaction) return 'none';
  return status.state === 'idle' ? 'none' : status.state;
}

export function isPast(reached: Reached | undefined, step: Reached): boolean {
  return reached !== undefined && ORDER.indexOf(reached) >= ORDER.indexOf(step);
}

export function decideResume(input: ResumeInput): ResumeDecision {
  const { state, mode, transaction, isCancelled, refusal, wayBack, statuses } = input;
  const entries = Object.entries(statuses);
  const reached = Object.values(input.reached);
  if (reached.includes('confirmed')) return { go: 'confirm' };
  if (wayBack !== undefined) return { go: 'back', reason: wayBack };
  if (state === 'rolling-back') return { go: 'back', reason: 'The roll back was interrupted and goes on.' };
  if (isCancelled) return { go: 'back', reason: 'The deploy was cancelled by an operator.' };
  const away = entries.filter(([, status]) => status === undefined).map(([director]) => director);
  if (away.length > 0) return { go: 'back', reason: `${away.join(' and ')} cannot be reached after the interruption.` };
  if (reached.includes('rolled-back')) return { go: 'back', reason: 'A director has rolled back by itself already.' };
  const halfWay = entries.find(([, status]) => status?.transaction === transaction && status.step !== '');
  if (halfWay)
    return { go: 'back', reason: `${halfWay[0]} was interrupted in the middle of ${halfWay[1]?.step ?? ''}.` };
  // A director that is armed goes on: rules are about a begin, and half a pair is worse than a deploy out of its window.
  if (refusal !== undefined && !reached.some((each) => isPast(each, 'armed'))) return { go: 'back', reason: refusal };
  const late = entries.find(
    ([, status]) => status?.state === 'switched' && (status.secondsLeft ?? 0) < NEEDED_SECONDS[mode],
  );
  if (late) return { go: 'back', reason: `${late[0]} has only ${late[1]?.secondsLeft ?? 0} s left on its timer.` };
  return { go: 'forward' };
}
