// What is kept of a director over time: points, three rings of them, and how many points become one. Pure.
import { findCounter, printRealServer } from './service-counters';
import type { IpvsRealServer, IpvsService } from './kernel-state';
import type { Counter, LiveHost } from './views/live';

/** The numbers of one row of the table, in the order in which they are stored; null: not known for that time. */
export const METRICS = [
  'connectionRate',
  'inPacketRate',
  'outPacketRate',
  'inByteRate',
  'outByteRate',
  'active',
  'inactive',
  'weight',
] as const;
export type HistoryMetric = (typeof METRICS)[number];
export type MetricValues = (number | null)[];

export type DirectorState = 'active' | 'standby' | 'unknown' | 'unreachable';
/** `series`: by `fwm:1` for a service, `fwm:1 192.0.2.1:80` for a real server. `leftOut`: rows beyond the bound. */
export type HistoryPoint = {
  at: number;
  state: DirectorState;
  series: Record<string, MetricValues>;
  leftOut: number;
};

/** As many slots as the time needs that it keeps: a slot is written over when its time comes again, so nothing ever grows. */
export const RINGS = [
  { stepSeconds: 1, slots: 3_600 },
  { stepSeconds: 10, slots: 8_640 },
  { stepSeconds: 300, slots: 8_928 },
] as const;
export type Ring = (typeof RINGS)[number];

/** Rows of a table that are kept; services come first, so that a huge pool never hides a group. */
export const MOST_SERIES = 256;
/** Between two readings further apart nothing is known of the time between: no rate, rather than a smoothed one. */
const LONGEST_STEP_MS = 15_000;

export const slotOf = ({ stepSeconds, slots }: Ring, at: number) => Math.floor(at / (stepSeconds * 1000)) % slots;
export const bucketOf = (stepSeconds: number, at: number) => at - (at % (stepSeconds * 1000));

/** Of the rings that still hold `from` the coarsest that is fine enough for `stepMs`, so that few rows are read; else the finest. */
export function ringFor(from: number, now: number, stepMs = 0): Ring {
  const keeping = RINGS.filter(({ stepSeconds, slots }) => now - from <= stepSeconds * slots * 1000);
  return keeping.findLast(({ stepSeconds }) => stepSeconds * 1000 <= stepMs) ?? keeping[0] ?? RINGS[2];
}

/** A director is read about every 1.2 s: steps of one second would have holes. */
const SHORTEST_STEP_MS = 2_000;

/** At most `steps` steps for a window, each a multiple of what the ring holds, beginning at a multiple of itself. */
export function layOutGrid({ from, to, steps }: { from: number; to: number; steps: number }, now: number) {
  const wanted = Math.max(SHORTEST_STEP_MS, (to - from) / steps);
  const ring = ringFor(from, now, wanted);
  const unit = Math.max(SHORTEST_STEP_MS, ring.stepSeconds * 1000);
  const stepMs = Math.ceil(wanted / unit) * unit;
  return { ring, from: from - (from % stepMs), to, stepMs };
}

/** `previous`: the reading before, of this or an earlier worker. A reading that failed says only that it failed. */
export function toHistoryPoint(previous: LiveHost | undefined, frame: LiveHost, now: number): HistoryPoint {
  if (frame.problem || frame.readAt === undefined) return { at: now, state: 'unreachable', series: {}, leftOut: 0 };
  const rows = frame.services.flatMap((service) =>
    [undefined, ...service.realServers].map((each) => ({ service, each })),
  );
  const ordered = [...rows.filter(({ each }) => !each), ...rows.filter(({ each }) => each)];
  const seconds = secondsBetween(previous, frame);
  const series = Object.fromEntries(
    ordered.slice(0, MOST_SERIES).map(({ service, each }) => {
      const before = previous && findCounter(previous.statistics, service, each);
      const rates = ratesOf(before, findCounter(frame.statistics, service, each), seconds);
      return [seriesKey(service, each), [...rates, ...stateNumbers(service, each)]];
    }),
  );
  return { at: Date.parse(frame.readAt), state: frame.role, series, leftOut: Math.max(0, rows.length - MOST_SERIES) };
}

export function seriesKey(service: Pick<IpvsService, 'key'>, realServer: IpvsRealServer | undefined): string {
  return realServer ? `${service.key} ${printRealServer(realServer)}` : service.key;
}

function secondsBetween(previous: LiveHost | undefined, frame: LiveHost): number | undefined {
  if (previous?.readAt === undefined || frame.readAt === undefined || previous.problem) return undefined;
  const ms = Date.parse(frame.readAt) - Date.parse(previous.readAt);
  return ms > 0 && ms <= LONGEST_STEP_MS ? ms / 1000 : undefined;
}

const COUNTED = ['connections', 'inPackets', 'outPackets', 'inBytes', 'outBytes'] as const;

/** A counter that went back belongs to a service that was made anew (reload, reboot): its first step is not known. */
function ratesOf(before: Counter | undefined, after: Counter | undefined, seconds: number | undefined): MetricValues {
  if (!before || !after || seconds === undefined) return COUNTED.map(() => null);
  const wentBack = COUNTED.some((name) => after[name] < before[name]);
  return COUNTED.map((name) => (wentBack ? null : rounded((after[name] - before[name]) / seconds)));
}

function stateNumbers({ realServers }: IpvsService, realServer: IpvsRealServer | undefined): MetricValues {
  const of = realServer ? [realServer] : realServers;
  const sum = (name: 'activeConnections' | 'inactiveConnections' | 'weight') =>
    of.reduce((total, each) => total + (each[name] ?? 0), 0);
  return [sum('activeConnections'), sum('inactiveConnections'), sum('weight')];
}

/** Points of one stretch on their way to be one. */
type Stretch = {
  points: number;
  states: Map<DirectorState, { count: number; last: number }>;
  series: Map<string, Totals>;
  leftOut: number;
};
/** By METRICS; undefined as long as nothing is known. */
type Totals = { values: (number | undefined)[]; counts: number[] };

const emptyStretch = (): Stretch => ({ points: 0, states: new Map(), series: new Map(), leftOut: 0 });

function addPoint(stretch: Stretch, { state, series, leftOut }: HistoryPoint): void {
  stretch.points += 1;
  stretch.states.set(state, { count: (stretch.states.get(state)?.count ?? 0) + 1, last: stretch.points });
  stretch.leftOut = Math.max(stretch.leftOut, leftOut);
  for (const [key, values] of Object.entries(series)) {
    const totals = stretch.series.get(key) ?? { values: [], counts: [] };
    stretch.series.set(key, totals);
    addValues(totals, values);
  }
}

function addValues({ values, counts }: Totals, added: MetricValues): void {
  METRICS.forEach((name, index) => {
    const value = added[index] ?? undefined;
    if (value === undefined) return;
    const before = values[index];
    values[index] = before === undefined ? value : name === 'weight' ? Math.min(before, value) : before + value;
    counts[index] = (counts[index] ?? 0) + 1;
  });
}

function closeStretch(at: number, { points, states, series, leftOut }: Stretch): HistoryPoint | undefined {
  if (points === 0) return undefined;
  const values = [...series].map(([key, totals]) => [key, METRICS.map((name, index) => meanOf(name, index, totals))]);
  return { at, state: longestState(states), series: Object.fromEntries(values) as HistoryPoint['series'], leftOut };
}

function meanOf(name: HistoryMetric, index: number, { values, counts }: Totals): number | null {
  const value = values[index];
  if (value === undefined) return null;
  return name === 'weight' ? value : rounded(value / (counts[index] ?? 1));
}

function longestState(states: Stretch['states']): DirectorState {
  const [longest] = [...states].toSorted(([, a], [, b]) => b.count - a.count || b.last - a.last);
  return longest?.[0] ?? 'unknown';
}

/**
 * Points of one stretch as one: means of what is known, so that a gap does not pull a rate down; the smallest weight, so that a
 * real server that was out for a moment still shows; the state that lasted longest, of equal ones the later. None: undefined.
 */
export function mergePoints(at: number, points: readonly HistoryPoint[]): HistoryPoint | undefined {
  const stretch = emptyStretch();
  for (const point of points) addPoint(stretch, point);
  return closeStretch(at, stretch);
}

type GridLayout = { from: number; to: number; stepMs: number };

/** Takes the points of a window as they are read, so that they are never in memory all at once. */
export function openGrid({ from, to, stepMs }: GridLayout) {
  const stretches = Array.from({ length: Math.ceil((to - from) / stepMs) }, emptyStretch);
  return {
    add: (points: readonly HistoryPoint[]): void => {
      for (const point of points) {
        const stretch = stretches[Math.floor((point.at - from) / stepMs)];
        if (stretch) addPoint(stretch, point);
      }
    },
    /** One point, or undefined for a gap, for each step from `from` (a multiple of the step) until before `to`. */
    close: (): (HistoryPoint | undefined)[] =>
      stretches.map((stretch, index) => closeStretch(from + index * stepMs, stretch)),
  };
}

/** Who became active, and when it was first seen: a director that is active after another one was. */
export function findFailovers(directors: readonly { director: string; grid: readonly (HistoryPoint | undefined)[] }[]) {
  const length = Math.max(0, ...directors.map(({ grid }) => grid.length));
  const found: { at: number; from: string; to: string }[] = [];
  let last: string | undefined;
  for (let index = 0; index < length; index += 1) {
    const active = directors.filter(({ grid }) => grid[index]?.state === 'active');
    const [only] = active;
    const at = only?.grid[index]?.at;
    if (active.length !== 1 || only === undefined || at === undefined) continue;
    if (last !== undefined && last !== only.director) found.push({ at, from: last, to: only.director });
    last = only.director;
  }
  return found;
}

const rounded = (value: number) => Math.round(value * 1000) / 1000;
