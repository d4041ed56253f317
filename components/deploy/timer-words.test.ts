// A dead-man timer that ran out is not told as a roll back that nobody has seen.
import { describe, expect, it } from 'vitest';
import { timerWords } from './timer-words';

describe('a dead-man timer', () => {
  it('counts down', () => {
    expect(timerWords(65_000)).toBe('Rolls itself back in 1 min 5 s unless confirmed, even without the console.');
  });

  it.each([0, -60_000])('whose time is over says what is not known (%i ms left)', (leftMs) => {
    expect(timerWords(leftMs)).toMatch(/unless a confirmation reached the director.*has not been read yet/);
    expect(timerWords(leftMs)).not.toContain('has fired');
  });
});
