// What the page offers to take back a deploy that runs.
import { expect, it } from 'vitest';
import type { Deploy, DeployStepName } from '@/lib/core/views/deploy';
import { cancelOffer } from './cancel-offer';

function deployWith(names: readonly DeployStepName[], directors: readonly string[]): Pick<Deploy, 'steps' | 'timers'> {
  const head = { state: 'done' as const, startedAt: '', message: '', output: '' };
  const steps = names.flatMap((name) => directors.map((director) => ({ ...head, sequence: 1, director, name })));
  return { steps, timers: {} };
}

const PAIR = ['director1', 'director2'];

it.each([
  ['an abort before anything is switched', ['stage', 'arm'], PAIR, 'Cancel deploy'],
  ['a roll back after it', ['arm', 'switch', 'new-connection'], PAIR, 'Roll back both directors'],
  ['a roll back of the one director of stack single', ['arm', 'switch'], ['director1'], 'Roll back the director'],
  ['nothing once a director was asked to confirm', ['switch', 'confirm'], PAIR, undefined],
] as const)('offers %s', (_what, names, directors, offer) => {
  expect(cancelOffer(deployWith(names, directors))).toBe(offer);
});
