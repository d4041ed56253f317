import { describe, expect, it } from 'vitest';
import type { Forecast, GroupForecast } from '@/lib/core/views/forecast';
import { forecastColumns, forecastLead, printGap, splitGroups, untouchedLine } from './forecast-rows';

const connections = { now: 17, kept: 17, loseServer: 0, unmatched: 0, uncertain: 0, draining: 0 };
const persistence = { now: 0, kept: 0, lost: 0, uncertain: 0 };
const group: GroupForecast = {
  ...{ group: 'web', service: 'fwm:1', change: 'untouched', reasons: ['Nothing of it changes.'] },
  ...{ connections, persistence },
};
const forecast: Forecast = {
  ...{ director: 'director1', limits: [], groups: [group], totals: { connections, persistence } },
  interruption: { kind: 'none', sentences: [] },
};
const headsOf = (rows: GroupForecast[]) => forecastColumns(rows).map(({ head }) => head);

describe('the forecast on the plan page', () => {
  it('shows the columns that say something', () => {
    expect(headsOf([group])).toEqual(['Connections', 'Kept', 'Lose server']);
    const bound = { ...persistence, now: 5, lost: 3 };
    expect(
      headsOf([group, { ...group, connections: { ...connections, unmatched: 'unknown' }, persistence: bound }]),
    ).toEqual(['Connections', 'Kept', 'Lose server', 'Unmarked', 'Bound clients', 'Lose persistence']);
  });

  it('keeps apart what is touched, what is not, and what is worth a sentence though it is not', () => {
    const checked: GroupForecast = {
      ...group,
      group: 'mail',
      reasons: ['Only the health check changes: connections stay.'],
    };
    const gone: GroupForecast = { ...group, group: 'old', change: 'removed' };
    expect(splitGroups({ ...forecast, groups: [gone, group, checked] })).toEqual({
      touched: [gone],
      untouched: [group, checked],
      remarked: [checked],
    });
  });

  it('says in one line what is not touched', () => {
    expect(untouchedLine(7)).toBe('7 groups are not touched: every connection and counter stays.');
    expect(untouchedLine(1)).toBe('1 group is not touched: every connection and counter stays.');
    expect(untouchedLine(0)).toBe('');
  });

  it.each([
    [connections, 'All 17 connections are kept.'],
    [{ ...connections, now: 0, kept: 0 }, 'There are no connections now.'],
    [{ ...connections, now: 'unknown' as const }, 'How many connections there are now is unknown.'],
    [{ ...connections, kept: 5, loseServer: 12 }, 'Of 17 connections 12 lose their real server, 5 are kept.'],
    [{ ...connections, kept: 16, loseServer: 1 }, 'Of 17 connections 1 loses its real server, 16 are kept.'],
    [
      { ...connections, kept: 'unknown' as const, unmatched: 'unknown' as const },
      'Of 17 connections an unknown number are not marked any more, an unknown number are kept.',
    ],
  ])('sums up the pair: %o', (counts, sentence) => {
    expect(forecastLead({ ...forecast, totals: { connections: counts, persistence } })).toBe(sentence);
  });

  it.each([
    [1, 'All 17 connections are kept; 1 client loses persistence.'],
    ['unknown' as const, 'All 17 connections are kept; an unknown number of clients lose persistence.'],
  ])('tells bound clients apart from connections: %s', (lost, sentence) => {
    const totals = { connections, persistence: { ...persistence, lost } };
    expect(forecastLead({ ...forecast, totals })).toBe(sentence);
  });

  it.each([
    [{ kind: 'reload' as const, seconds: { from: 0, to: 0 } }, 'none'],
    [{ kind: 'restart' as const, seconds: { from: 30, to: 60 } }, '30 to 60 s'],
    [{ kind: 'restart' as const }, 'unknown'],
  ])('tells the gap of %o', (interruption, words) => {
    expect(printGap({ ...interruption, sentences: [] })).toBe(words);
  });
});
