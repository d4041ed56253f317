// Reads the guard's `status`: which transaction is open, which release is live, how long the timer still runs.
import { z } from 'zod';
import { atLine, numberedLines, readCount, unreadable, type Parsed } from './parsed';

export const guardStateSchema = z.enum(['idle', 'staged', 'checked', 'armed', 'switched', 'confirmed', 'rolled-back']);
export type GuardState = z.infer<typeof guardStateSchema>;
/** `transaction` is empty when none is open; `secondsLeft` is absent when no timer runs. */
export type GuardStatus = {
  version: string;
  state: GuardState;
  /** What the transaction was doing last; empty when none is open or an older guard does not say. */
  step: string;
  /** The verb that is at work there now, of whomever; empty when none is, or when the guard is older than 2.2. */
  busy: string;
  transaction: string;
  generation: number;
  secondsLeft?: number;
  live: string;
  confirmed: string;
  bootId: string;
};

/** `value` is undefined when a fact is missing or unknown: a status is whole or not read at all. */
export function parseGuardStatus(text: string): Parsed<GuardStatus | undefined> {
  const facts = new Map<string, string>();
  const diagnostics = numberedLines(text).flatMap((line) => {
    const [, key, value] = /^([a-z_]+)=(.*)$/.exec(line.text.trim()) ?? [];
    if (key === undefined || value === undefined) return [unreadable('guard-status', line)];
    facts.set(key, value);
    return [];
  });
  const problems = ['version', 'state', 'tx', 'generation', 'live', 'confirmed', 'boot_id']
    .filter((key) => !facts.has(key))
    .map((key) => atLine(1, 'guard-status.incomplete', `The guard's status does not say ${key}.`));
  const state = guardStateSchema.safeParse(facts.get('state'));
  const generation = readNumber(facts.get('generation'));
  const secondsLeft = readNumber(facts.get('seconds_left'));
  if (!state.success || generation === undefined) {
    problems.push(atLine(1, 'guard-status.invalid', 'The guard answered with an unknown state or generation.'));
  }
  if (problems.length > 0 || !state.success || generation === undefined) {
    return { value: undefined, diagnostics: [...diagnostics, ...problems] };
  }
  const value: GuardStatus = {
    version: facts.get('version') ?? '',
    state: state.data,
    step: facts.get('step') ?? '',
    busy: facts.get('busy') ?? '',
    transaction: facts.get('tx') ?? '',
    generation,
    ...(secondsLeft !== undefined && { secondsLeft }),
    live: facts.get('live') ?? '',
    confirmed: facts.get('confirmed') ?? '',
    bootId: facts.get('boot_id') ?? '',
  };
  return { value, diagnostics };
}

function readNumber(text: string | undefined): number | undefined {
  return readCount(text, Number.MAX_SAFE_INTEGER);
}
