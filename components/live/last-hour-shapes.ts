// Sparkline and state strip as shapes and words.
import type { HistoryState } from '@/lib/core/views/history';

/** `unread`: the director did not answer. `gap`: the console did not run. `absent`: read, and the row was not in the table. */
export type StripState = 'up' | 'draining' | 'absent' | 'unread' | 'gap';
type Values = readonly (number | null)[];

export function stripOf(states: readonly HistoryState[], weights: Values): StripState[] {
  return states.map((state, at) => {
    if (state === 'gap') return 'gap';
    if (state === 'unreachable') return 'unread';
    const weight = weights[at] ?? null;
    return weight === null ? 'absent' : weight === 0 ? 'draining' : 'up';
  });
}

/** Gaps break the line; zero is the bottom, so that a quiet row looks quiet. */
export function pathOf(values: Values, width: number, height: number): string {
  const highest = Math.max(1e-9, ...values.map((value) => value ?? 0));
  let isOpen = false;
  return values
    .flatMap((value, at) => {
      if (value === null) {
        isOpen = false;
        return [];
      }
      const letter = isOpen ? 'L' : 'M';
      isOpen = true;
      const x = (at + 0.5) * (width / values.length);
      const y = height - 1 - (value / highest) * (height - 2);
      return [`${letter}${x.toFixed(1)} ${y.toFixed(1)}`];
    })
    .join('');
}

const words: Record<StripState, string> = {
  up: 'in the table',
  draining: 'with weight 0',
  absent: 'not in the table',
  unread: 'director not read',
  gap: 'nothing recorded',
};

export function describeStrip(strip: readonly StripState[], rates: Values): string {
  const minutes = (state: StripState) =>
    Math.round((strip.filter((each) => each === state).length * 60) / strip.length);
  const parts = (Object.keys(words) as StripState[]).filter((state) => minutes(state) > 0);
  const highest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  const peak = `at most ${highest.toFixed(1)} connections per second`;
  return `Last hour: ${parts.map((state) => `${minutes(state)} min ${words[state]}`).join(', ')}; ${peak}.`;
}
