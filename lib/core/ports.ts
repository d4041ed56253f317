// Destination ports: reading of numbers and `first-last`, merging, printing. Port 0 is reserved and never meant.
import { failure, success, type Attempt } from './attempt';
import type { PortInterval } from './topology';

export const ALL_PORTS: PortInterval = { first: 1, last: 65535 };

export function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= 65535;
}

/** Ascending, overlapping and adjacent intervals merged. An empty list is a problem: it would match nothing. */
export function parsePorts(values: readonly (number | string)[]): Attempt<PortInterval[]> {
  if (values.length === 0) return failure('the list of ports is empty; leave `ports` out to mean all of them');
  const intervals: PortInterval[] = [];
  for (const value of values) {
    const interval = parsePortInterval(value);
    if (!interval.ok) return interval;
    intervals.push(interval.value);
  }
  return success(mergePorts(intervals));
}

export function parsePortInterval(value: number | string): Attempt<PortInterval> {
  const text = String(value);
  const [, firstText, lastText] = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(text) ?? [];
  if (firstText === undefined) return failure(`"${text}" is neither a port nor first-last`);
  const first = Number(firstText);
  const last = lastText === undefined ? first : Number(lastText);
  const wrong = [first, last].find((port) => !isPort(port));
  if (wrong !== undefined) return failure(`port ${wrong} is not between 1 and 65535`);
  return first <= last ? success({ first, last }) : failure(`in "${text}" the first port is above the last`);
}

export function mergePorts(intervals: readonly PortInterval[]): PortInterval[] {
  const merged: PortInterval[] = [];
  for (const { first, last } of intervals.toSorted((a, b) => a.first - b.first)) {
    const previous = merged.at(-1);
    if (previous && first <= previous.last + 1) previous.last = Math.max(previous.last, last);
    else merged.push({ first, last });
  }
  return merged;
}

/** `80,443,8000-8080`, as the document writes them. */
export function printPorts(ports: readonly PortInterval[]): string {
  return ports.map(({ first, last }) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The intervals of a match: `all` is every port. */
export function portIntervals(ports: PortInterval[] | 'all'): PortInterval[] {
  return ports === 'all' ? [ALL_PORTS] : ports;
}
