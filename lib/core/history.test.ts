// History: what a reading becomes, what many become, and that nothing is made up for the time between.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  findFailovers,
  layOutGrid,
  mergePoints,
  METRICS,
  MOST_SERIES,
  openGrid,
  RINGS,
  ringFor,
  slotOf,
  toHistoryPoint,
  type DirectorState,
  type HistoryPoint,
} from './history';
import type { LiveHost } from './views/live';

const NOW = Date.parse('2026-11-23T12:00:00.000Z');

type Counts = { connections: number; inPackets?: number };

function frameAt(seconds: number, { connections, inPackets = 0 }: Counts, change: Partial<LiveHost> = {}): LiveHost {
  const counter = { connections, inPackets, outPackets: 0, inBytes: 0, outBytes: 0 };
  const realServer = { address: '192.168.6.2', port: 0, forwarding: 'masq' as const, weight: 1 };
  return {
    ...{ director: 'director1', readAt: new Date(NOW + seconds * 1000).toISOString(), role: 'active' },
    services: [
      {
        ...{ key: 'fwm:1', mark: 1, family: 4, scheduler: 'rr', flags: [] },
        realServers: [{ ...realServer, activeConnections: 3, inactiveConnections: 12 }],
      },
    ],
    statistics: [
      { key: 'fwm:1', ...counter },
      { key: 'fwm:1', realServer: '192.168.6.2:0', ...counter },
    ],
    ...{ heldVirtualAddresses: [], rates: [], rules: [], syncDaemon: [], daemons: {}, pollMs: 1 },
    terminal: { ipvsadm: '', mangle: '', nat: '', daemon: '' },
    release: { live: '', confirmed: '', transaction: '' },
    drift: { state: 'none', items: [], more: 0 },
    ...change,
  };
}

const rateOf = (previous: LiveHost | undefined, frame: LiveHost) =>
  toHistoryPoint(previous, frame, NOW).series['fwm:1']?.slice(0, 2);

describe('a reading', () => {
  it('gives rates per second from the counters of the reading before, for service and real server', () => {
    const point = toHistoryPoint(
      frameAt(0, { connections: 10, inPackets: 100 }),
      frameAt(2, { connections: 15, inPackets: 400 }),
      NOW,
    );
    expect(point).toEqual({
      at: NOW + 2_000,
      state: 'active',
      leftOut: 0,
      series: {
        'fwm:1': [2.5, 150, 0, 0, 0, 3, 12, 1],
        'fwm:1 192.168.6.2:0': [2.5, 150, 0, 0, 0, 3, 12, 1],
      },
    });
  });

  it.each([
    ['a counter that went back (reload, reboot)', frameAt(0, { connections: 50 })],
    ['nothing before (a new console)', undefined],
    ['a gap before', frameAt(-60, { connections: 1 })],
    ['a failed reading before', frameAt(0, { connections: 1 }, { problem: { code: 'x', message: '', since: '' } })],
    ['a service that was not there before', frameAt(0, { connections: 1 }, { statistics: [] })],
    ['the same reading again', frameAt(2, { connections: 1 })],
  ])('after %s tells no rate, but connections and weight', (_what, previous) => {
    const point = toHistoryPoint(previous, frameAt(2, { connections: 15 }), NOW);
    expect(point.series['fwm:1']).toEqual([null, null, null, null, null, 3, 12, 1]);
  });

  it('goes on with rates one reading after a counter went back', () => {
    expect(rateOf(frameAt(0, { connections: 50 }), frameAt(1, { connections: 2 }))).toEqual([null, null]);
    expect(rateOf(frameAt(1, { connections: 2 }), frameAt(2, { connections: 9 }))).toEqual([7, 0]);
  });

  it('that failed is that, at the time of the failure, without the numbers of the last good one', () => {
    const failed = frameAt(-30, { connections: 1 }, { problem: { code: 'unreachable', message: '', since: '' } });
    expect(toHistoryPoint(frameAt(-31, { connections: 1 }), failed, NOW)).toEqual({
      ...{ at: NOW, state: 'unreachable', series: {}, leftOut: 0 },
    });
  });

  it('of a huge table keeps every service before any real server, and says how much is left out', () => {
    const [service] = frameAt(0, { connections: 1 }).services;
    const servers = Array.from({ length: MOST_SERIES }, (_, at) => ({ ...service!.realServers[0]!, port: at }));
    const services = [
      { ...service!, realServers: servers },
      { ...service!, key: 'fwm:2', mark: 2 },
    ];
    const { series, leftOut } = toHistoryPoint(undefined, frameAt(0, { connections: 1 }, { services }), NOW);
    expect([Object.keys(series).length, 'fwm:2' in series, leftOut]).toEqual([MOST_SERIES, true, 3]);
  });
});

const point = (at: number, state: DirectorState, rate: number | null, weight = 1): HistoryPoint => ({
  ...{ at, state, leftOut: 0 },
  series: { a: [rate, null, null, null, null, 1, 2, weight] },
});

type GridLayout = Parameters<typeof openGrid>[0];

/** `size`: how many points come at once. */
function toGrid(points: HistoryPoint[], layout: GridLayout, size = points.length) {
  const grid = openGrid(layout);
  for (let at = 0; at < points.length; at += size) grid.add(points.slice(at, at + size));
  return grid.close();
}

/** As the comment on mergePoints says it, with all points in hand. */
function expectedOf(points: HistoryPoint[], key: string) {
  return METRICS.map((name, index) => {
    const known = points.map(({ series }) => series[key]?.[index] ?? null).filter((value) => value !== null);
    if (known.length === 0) return null;
    if (name === 'weight') return Math.min(...known);
    return Math.round((known.reduce((total, value) => total + value, 0) / known.length) * 1000) / 1000;
  });
}

const value = fc.option(fc.integer({ min: 0, max: 9 }), { nil: null });
const values = fc.array(value, { minLength: METRICS.length, maxLength: METRICS.length });
const anyPoint = fc.record({
  at: fc.integer({ min: 0, max: 39 }),
  state: fc.constantFrom<DirectorState>('active', 'standby', 'unreachable'),
  series: fc.dictionary(fc.constantFrom('a', 'b', 'c'), values, { noNullPrototype: true }),
  leftOut: fc.nat(3),
});

describe('many readings as one', () => {
  it('are the same however few of them come at a time', () => {
    fc.assert(
      fc.property(fc.array(anyPoint, { maxLength: 40 }), fc.integer({ min: 1, max: 41 }), (points, size) => {
        const grid = toGrid(points, { from: 0, to: 40, stepMs: 10 }, size);
        grid.forEach((merged, step) => {
          const stretch = points.filter(({ at }) => Math.floor(at / 10) === step);
          expect(merged).toEqual(mergePoints(step * 10, stretch));
          for (const key of Object.keys(merged?.series ?? {}))
            expect(merged?.series[key]).toEqual(expectedOf(stretch, key));
        });
      }),
    );
  });

  it('are the mean of what is known, the smallest weight, and the state that lasted longest', () => {
    const merged = mergePoints(0, [point(1, 'active', 4, 5), point(2, 'active', null, 0), point(3, 'standby', 8, 5)]);
    expect(merged).toEqual({ at: 0, state: 'active', leftOut: 0, series: { a: [6, null, null, null, null, 1, 2, 0] } });
  });

  it('take the later state of two that lasted equally long', () => {
    expect(mergePoints(0, [point(1, 'active', 1), point(2, 'standby', 1)])?.state).toBe('standby');
  });

  it('are nothing when there are none: a gap is not a zero', () => {
    expect(mergePoints(0, [])).toBeUndefined();
    const grid = toGrid([point(500, 'active', 1), point(25_000, 'active', 2)], { from: 0, to: 30_000, stepMs: 10_000 });
    expect(grid.map((each) => each?.series['a']?.[0])).toEqual([1, undefined, 2]);
  });

  it('leave a row that came later unknown before it came', () => {
    const late: HistoryPoint = { ...point(12, 'active', 1), series: { b: [1, 1, 1, 1, 1, 1, 1, 1] } };
    const [first, second] = toGrid([point(1, 'active', 1), late], { from: 0, to: 20, stepMs: 10 });
    expect([first?.series['b'], second?.series['b']?.[0]]).toEqual([undefined, 1]);
  });
});

describe('the rings', () => {
  it('keep an hour by the second, a day by ten seconds, a month by five minutes, and no more', () => {
    expect(RINGS.map(({ stepSeconds, slots }) => (stepSeconds * slots) / 3600)).toEqual([1, 24, 31 * 24]);
    for (const ring of RINGS) {
      const slots = new Set(
        Array.from({ length: 3 * ring.slots }, (_, step) => slotOf(ring, NOW + step * ring.stepSeconds * 1000)),
      );
      expect(slots.size).toBe(ring.slots);
      expect(Math.max(...slots)).toBe(ring.slots - 1);
    }
  });

  it.each([
    [30, 1],
    [3_600, 1],
    [3_601, 10],
    [86_400, 10],
    [7 * 86_400, 300],
    [400 * 86_400, 300],
  ])('for what was %i s ago is that of %i s', (ago, stepSeconds) => {
    expect(ringFor(NOW - ago * 1000, NOW).stepSeconds).toBe(stepSeconds);
  });
});

describe('a window', () => {
  it.each([
    ['ten minutes', 600_000, 600, 1, 2_000],
    ['an hour', 3_600_000, 600, 1, 6_000],
    ['an hour as a sparkline', 3_600_000, 60, 10, 60_000],
    ['a day', 86_400_000, 600, 10, 150_000],
    ['a month', 31 * 86_400_000, 600, 300, 4_500_000],
  ])('of %s has at most the steps that were asked for, from the fitting ring', (_what, length, steps, ring, stepMs) => {
    const from = NOW - length;
    const grid = layOutGrid({ from, to: NOW, steps }, NOW);
    expect([grid.ring.stepSeconds, grid.stepMs]).toEqual([ring, stepMs]);
    expect(grid.from % stepMs).toBe(0);
    expect(Math.ceil((grid.to - grid.from) / stepMs)).toBeLessThanOrEqual(steps + 1);
  });
});

describe('failovers', () => {
  const grid = (...states: (DirectorState | undefined)[]) =>
    states.map((state, at) => (state === undefined ? undefined : point(at, state, 0)));

  it('are told when another director becomes the only active one, also over a gap and over both at once', () => {
    const directors = [
      { director: 'd1', grid: grid('active', 'active', undefined, 'standby', 'active', 'active') },
      { director: 'd2', grid: grid('standby', 'active', undefined, 'active', 'active', 'standby') },
    ];
    expect(findFailovers(directors)).toEqual([
      { at: 3, from: 'd1', to: 'd2' },
      { at: 5, from: 'd2', to: 'd1' },
    ]);
  });

  it('are none while the same one comes back, or nobody was active before', () => {
    const directors = [{ director: 'd1', grid: grid('standby', 'active', 'unreachable', 'active') }];
    expect(findFailovers(directors)).toEqual([]);
  });
});
