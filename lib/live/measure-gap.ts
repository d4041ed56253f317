// The gap of a failover from looks at both directors: how long, at least and at most, nobody held all virtual addresses.
import type { FailoverGap } from '../core/views/failover';

/** What a director held is true of some moment between the question and the answer (ms of the console's clock). */
export type Look = {
  director: string;
  sentAt: number;
  answeredAt: number;
  /** All virtual addresses, and as many services as the active director had. */
  isWhole: boolean;
};
type Ends = { from: string; to: string };

export function hasArrived(looks: readonly Look[], { to }: Ends): boolean {
  return looks.findLast(({ director }) => director === to)?.isWhole === true;
}

/** Undefined when the looks do not show both ends: then nothing is claimed. */
export function measureGap(looks: readonly Look[], { from, to }: Ends): FailoverGap | undefined {
  const [old, next] = [from, to].map((name) => looks.filter(({ director }) => director === name));
  const gone = old?.findIndex(({ isWhole }) => !isWhole) ?? -1;
  const [lastHeld, firstGone] = [old?.[gone - 1], old?.[gone]];
  const here = next?.findIndex(({ isWhole }) => isWhole) ?? -1;
  const [lastAway, firstHere] = [next?.[here - 1], next?.[here]];
  if (!old || !next || !lastHeld || !firstGone || !lastAway || !firstHere) return undefined;
  return {
    shortestSeconds: seconds(Math.max(0, lastAway.sentAt - firstGone.answeredAt)),
    longestSeconds: seconds(firstHere.answeredAt - lastHeld.sentAt),
    leftAt: new Date(firstGone.answeredAt).toISOString(),
    arrivedAt: new Date(firstHere.answeredAt).toISOString(),
    looks: old.length + next.length,
    everyMs: Math.round(Math.max(spacing(old), spacing(next))),
  };
}

/** The mean of what lies between two looks. */
function spacing(looks: readonly Look[]): number {
  const [first, last] = [looks[0], looks.at(-1)];
  return first && last && looks.length > 1 ? (last.sentAt - first.sentAt) / (looks.length - 1) : 0;
}

const seconds = (ms: number) => Math.round(ms / 10) / 100;
