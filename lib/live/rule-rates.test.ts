// Rates of rules come from two frames of the same rule, close enough in time; everything else is null, never 0.
import { describe, expect, it } from 'vitest';
import type { FirewallRule } from '../core/views/live';
import { withRuleRates } from './rule-rates';

const rule = (text: string, packets: number | null, bytes = packets): FirewallRule => ({
  ...{
    table: 'mangle',
    chain: 'X',
    rule: text,
    own: true,
    packets,
    bytes,
    packetsPerSecond: null,
    bytesPerSecond: null,
  },
});
const at = (seconds: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + seconds * 1000).toISOString();
const rates = (rules: FirewallRule[], last: FirewallRule[] | undefined, seconds = 2) =>
  withRuleRates(rules, at(seconds), last && { rules: last, readAt: at(0) }).map((each) => each.packetsPerSecond);

describe('the rate of a rule', () => {
  it('is the difference between two frames by the seconds between them', () => {
    expect(rates([rule('a', 30), rule('b', 5)], [rule('b', 5), rule('a', 10)])).toEqual([10, 0]);
    const [read] = withRuleRates([rule('a', 4, 900)], at(2), { rules: [rule('a', 2, 100)], readAt: at(0) });
    expect([read?.packetsPerSecond, read?.bytesPerSecond]).toEqual([1, 400]);
  });

  it.each([
    ['without a frame before', [rule('a', 3)], undefined, 2],
    ['of a rule that is new', [rule('a', 3)], [rule('b', 1)], 2],
    ['after counters went back', [rule('a', 3)], [rule('a', 9)], 2],
    ['after a gap', [rule('a', 3)], [rule('a', 1)], 16],
    ['of two frames of one moment', [rule('a', 3)], [rule('a', 1)], 0],
    ['of a rule without a counter', [rule('a', null)], [rule('a', null)], 2],
  ])('is unknown %s', (_what, rules, last, seconds) => {
    expect(rates(rules, last, seconds)).toEqual([null]);
  });

  it('tells two rules of the same text apart by their place', () => {
    expect(rates([rule('a', 10), rule('a', 4)], [rule('a', 4), rule('a', 4)])).toEqual([3, 0]);
  });
});
