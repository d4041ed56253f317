import { describe, expect, it } from 'vitest';
import { describeStrip, pathOf, stripOf } from './last-hour-shapes';

describe('the last hour of a row', () => {
  it('tells absent, draining, not read and not recorded apart', () => {
    const states = ['active', 'active', 'active', 'unreachable', 'gap'] as const;
    expect(stripOf(states, [1, 0, null, null, null])).toEqual(['up', 'draining', 'absent', 'unread', 'gap']);
  });

  it('is a line that breaks where nothing is known, with zero at the bottom', () => {
    expect(pathOf([0, 10, null, 5], 40, 12)).toBe('M5.0 11.0L15.0 1.0M35.0 6.0');
    expect(pathOf([0, 0], 20, 12)).toBe('M5.0 11.0L15.0 11.0');
  });

  it('is told in words for who does not see it', () => {
    expect(describeStrip(['up', 'up', 'draining', 'gap'], [1, 2.5, null, null])).toBe(
      'Last hour: 30 min in the table, 15 min with weight 0, 15 min nothing recorded; at most 2.5 connections per second.',
    );
  });
});
