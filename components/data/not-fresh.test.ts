// What could not be read again is said to be old, with and without an error.
import { describe, expect, it } from 'vitest';
import { notFreshSince } from './not-fresh';

const READ = Date.parse('2026-11-23T12:00:00Z');

describe('what was read', () => {
  it.each([
    ['is fresh until something newer is due', false, 12_000, undefined],
    ['is old when nothing newer has come, as from a stream that only pings', false, 12_001, READ],
    ['is old when it could not be read again, however soon', true, 1_000, READ],
  ])('%s', (_what, isError, ageMs, expected) => {
    expect(notFreshSince({ isError, dataUpdatedAt: READ }, READ + ageMs, 12_000)).toBe(expected);
  });
});
