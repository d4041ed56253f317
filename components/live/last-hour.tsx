'use client';
// The last hour of one row: connections per second as a line, and below it when it was in the table, draining, or not read.
import type { PairHistory } from '@/lib/core/views/history';
import { describeStrip, pathOf, stripOf, type StripState } from './last-hour-shapes';

const WIDTH = 90;
const LINE_HEIGHT = 16;
const STRIP_HEIGHT = 4;
const fills: Record<StripState, string> = {
  up: 'fill-up',
  draining: 'fill-drain',
  absent: 'fill-border',
  unread: 'fill-warn',
  gap: 'fill-transparent',
};

type LastHourProps = { history: PairHistory | undefined; director: string; row: string };

export function LastHour({ history, director, row }: LastHourProps) {
  const host = history?.directors.find((each) => each.director === director);
  const values = host?.series.find(({ key }) => key === row)?.values;
  if (!host || !values) return <span className="text-muted-foreground">–</span>;
  const strip = stripOf(host.states, values.weight ?? []);
  const label = describeStrip(strip, values.connectionRate ?? []);
  const step = WIDTH / strip.length;
  return (
    <svg role="img" aria-label={label} width={WIDTH} height={LINE_HEIGHT + STRIP_HEIGHT + 2} className="block">
      <title>{label}</title>
      <path
        d={pathOf(values.connectionRate ?? [], WIDTH, LINE_HEIGHT)}
        className="fill-none stroke-primary"
        strokeWidth="1.25"
      />
      {strip.map((state, at) => (
        <rect key={at} x={at * step} y={LINE_HEIGHT + 2} width={step} height={STRIP_HEIGHT} className={fills[state]} />
      ))}
    </svg>
  );
}
