import { describe, expect, it } from 'vitest';
import type { GuardState, GuardStatus } from '../parse/guard-status';
import { decideResume, reachedBy, type ResumeInput } from './decide-resume';

const TX = '7-0123abcd';

function status(state: GuardState, secondsLeft?: number, transaction = TX): GuardStatus {
  const confirmed = state === 'confirmed' ? transaction : '6-00000000';
  return {
    version: '1',
    step: '',
    busy: '',
    state,
    transaction,
    generation: 7,
    live: confirmed,
    confirmed,
    bootId: 'b',
    ...(secondsLeft !== undefined && { secondsLeft }),
  };
}

const decide = (a: GuardStatus | undefined, b: GuardStatus | undefined, more: Partial<ResumeInput> = {}) => {
  const reached = { ...(a && { a: reachedBy(a, TX) }), ...(b && { b: reachedBy(b, TX) }) };
  const input = { state: 'running', mode: 'rolling', transaction: TX, isCancelled: false } as const;
  return decideResume({ ...input, reached, statuses: { a, b }, ...more }).go;
};

describe('decideResume', () => {
  it.each([
    ['nothing was sent', status('confirmed', undefined, '6-00000000'), status('idle'), 'forward'],
    ['both are staged', status('staged'), status('staged'), 'forward'],
    ['one is checked, one staged', status('checked'), status('staged'), 'forward'],
    ['the standby is armed with time', status('armed', 100), status('checked'), 'forward'],
    ['the standby is armed without time: it is armed again', status('armed', 3), status('checked'), 'forward'],
    ['the standby is switched with time', status('switched', 100), status('checked'), 'forward'],
    ['the standby is switched, too late', status('switched', 20), status('checked'), 'back'],
    ['both are switched, one too late', status('switched', 100), status('switched', 5), 'back'],
    ['one has rolled back', status('rolled-back'), status('switched', 100), 'back'],
    ['one is away', undefined, status('staged'), 'back'],
    ['one has confirmed', status('confirmed'), status('switched', 5), 'confirm'],
    ['one has confirmed, the other rolled back', status('confirmed'), status('rolled-back'), 'confirm'],
    ['one has confirmed, the other is away', status('confirmed'), undefined, 'confirm'],
    ['both have confirmed', status('confirmed'), status('confirmed'), 'confirm'],
  ] as const)('when %s: %s', (_what, a, b, expected) => {
    expect(decide(a, b)).toBe(expected);
  });

  it('goes back when a director was interrupted in the middle of its switch', () => {
    expect(decide({ ...status('armed', 100), step: 'switching' }, status('checked'))).toBe('back');
  });

  it('keeps what is confirmed, also when a guard was killed before it had written so', () => {
    expect(reachedBy({ ...status('switched', 5), confirmed: TX }, TX)).toBe('confirmed');
  });

  it('goes back when the roll back had begun or was asked for, unless somebody has confirmed', () => {
    expect(decide(status('staged'), status('staged'), { state: 'rolling-back' })).toBe('back');
    expect(decide(status('staged'), status('staged'), { isCancelled: true })).toBe('back');
    expect(decide(status('confirmed'), status('switched', 9), { state: 'rolling-back' })).toBe('confirm');
  });

  it('confirms the other one when a director that is away is known to have confirmed', () => {
    expect(decide(undefined, status('switched', 100), { reached: { a: 'confirmed', b: 'switched' } })).toBe('confirm');
  });

  it.each([
    ['back', status('staged'), status('idle')],
    ['back', status('checked'), status('checked')],
    ['forward', status('armed', 100), status('checked')],
    ['forward', status('switched', 100), status('checked')],
    ['confirm', status('confirmed'), status('switched', 100)],
  ] as const)('goes %s when the rules would not let it begin any more', (expected, a, b) => {
    expect(decide(a, b, { refusal: 'Deploys of this pair are frozen.' })).toBe(expected);
  });

  it('goes back when nothing is left to go forward with, unless somebody has confirmed', () => {
    expect(decide(status('checked'), status('staged'), { wayBack: 'the plan cannot be read' })).toBe('back');
    expect(decide(status('confirmed'), status('switched', 9), { wayBack: 'the plan cannot be read' })).toBe('confirm');
  });

  it('knows a release that stays confirmed while a later transaction was begun and ended', () => {
    expect(reachedBy({ ...status('rolled-back', undefined, '8-88888888'), confirmed: TX }, TX)).toBe('confirmed');
  });
});
