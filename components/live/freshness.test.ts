// A frozen page and a cut stream are told as what they are: neither the worker nor a director is blamed, and nothing stays green.
import { describe, expect, it } from 'vitest';
import { composePairDrift } from '@/lib/core/pair-drift';
import { neverRead } from '@/lib/core/never-read';
import type { LiveHost } from '@/lib/core/views/live';
import { feedOf, freshnessOf, isOldFeed, judgedAt, type Feed } from './freshness';

const CAME = Date.parse('2026-11-23T12:00:00Z');
const hostOf = (director: string): LiveHost => ({
  ...neverRead(director),
  ...{ readAt: new Date(CAME - 1_000).toISOString(), pollMs: 100, drift: { state: 'none', items: [], more: 0 } },
});
const host = hostOf('director1');
const feedIn = (state: Feed['state']): Feed => ({ state, asOf: CAME });

describe('a frame that is old', () => {
  it.each([
    ['frozen', 'Frozen by you: what came since is shown when you resume.'],
    ['cut', 'No connection to the console since 12 s.'],
    ['live', 'No newer frame has arrived from the worker.'],
  ] as const)('because the page is %s', (state, why) => {
    expect(freshnessOf(host, CAME + 12_000, feedIn(state))).toEqual({ isStale: true, ageMs: 13_000, why });
  });

  it('because the director could not be read says so, however the page is fed', () => {
    const problem = { code: 'unreachable', message: 'no route to host', since: '' };
    expect(freshnessOf({ ...host, problem }, CAME, feedIn('frozen'))).toMatchObject({
      isStale: true,
      why: 'no route to host',
    });
  });
});

describe('drift', () => {
  const driftAt = (state: Feed['state']) =>
    composePairDrift('t', [host, hostOf('director2')], judgedAt(feedIn(state), CAME + 60_000)).state;
  it('is as it was when the page was frozen or cut, and unknown only when the worker is silent', () => {
    expect([driftAt('frozen'), driftAt('cut'), driftAt('live')]).toEqual(['none', 'none', 'unknown']);
  });
});

describe('what the pair is called', () => {
  it.each([
    ['is current while frames come', 'live', 60_000, false],
    ['is current when the stream is opened anew', 'cut', 3_000, false],
    ['is old when the stream stays cut', 'cut', 10_000, true],
    ['is old when the page is frozen', 'frozen', 10_000, true],
  ] as const)('%s', (_what, state, ageMs, expected) => {
    expect(isOldFeed(feedIn(state), CAME + ageMs)).toBe(expected);
  });

  it('is frozen by a person before it is cut by anything else', () => {
    const states = [true, false].map((isPaused) => feedOf({ isPaused, isCut: true, asOf: CAME }).state);
    expect(states).toEqual(['frozen', 'cut']);
  });
});
