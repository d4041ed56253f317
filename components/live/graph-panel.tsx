'use client';
// A graph with what a screen reader, a keyboard and a quick look need beside it: each line's value, mean and peak as a table.
import { useState } from 'react';
import type { PairHistory } from '@/lib/core/views/history';
import { Panel } from '@/components/ui/page';
import { printExactUtc } from '@/components/ui/time';
import { HistoryPlot, type PlotLine } from './history-plot';
import type { GraphRow } from './history-rows';

export type GraphMetric = { metric: string; title: string };
type GraphPanelProps = {
  graph: GraphMetric;
  history: PairHistory;
  rows: readonly GraphRow[];
  onZoom: (from: number, to: number) => void;
};
type NamedLine = PlotLine & { label: string; director: string };

/** Told apart by hue and lightness on both backgrounds; the second director's lines are dashed. */
const COLOURS = [
  '#4f74e3',
  '#c8630f',
  '#12906a',
  '#a548bd',
  '#a8820c',
  '#1485a8',
  '#cc3f68',
  '#7a7f8a',
  '#7658d8',
  '#6d8a1f',
  '#b5523b',
  '#3d7f7a',
];
const number = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 2 });
const print = (value: number | null | undefined) =>
  value === null || value === undefined ? '–' : number.format(value);

export function GraphPanel({ graph: { metric, title }, history, rows, onZoom }: GraphPanelProps) {
  const [index, setIndex] = useState<number>();
  const lines = linesOf(history, rows, metric);
  const isEmpty = lines.every(({ values }) => values.every((value) => value === null));
  const at = index === undefined ? undefined : history.times[index];
  return (
    <Panel title={title}>
      {isEmpty ? (
        <p className="text-muted-foreground">
          Nothing was kept of this window: no director was read in it, or the rows were not in the table.
        </p>
      ) : (
        <HistoryPlot
          label={`${title} over time. The table below has the values.`}
          times={history.times}
          lines={lines}
          marks={history.marks}
          onZoom={onZoom}
          onCursor={setIndex}
        />
      )}
      <div className="overflow-x-auto">
        <table aria-label={`Values: ${title}`} className="w-full border-collapse text-xs">
          <thead className="text-muted-foreground">
            <tr>
              <th scope="col" className="px-1.5 py-1 text-left font-medium">
                Row
              </th>
              <th scope="col" className="px-1.5 py-1 text-left font-medium">
                Director
              </th>
              <th scope="col" className="px-1.5 py-1 text-right font-medium">
                {at === undefined ? 'Last' : printExactUtc(new Date(at * 1000).toISOString())}
              </th>
              <th scope="col" className="px-1.5 py-1 text-right font-medium">
                Mean
              </th>
              <th scope="col" className="px-1.5 py-1 text-right font-medium">
                Highest
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <LineRow key={line.id} line={line} index={index} />
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function LineRow({
  line: { label, director, color, isDashed, values },
  index,
}: {
  line: NamedLine;
  index: number | undefined;
}) {
  const known = values.filter((value) => value !== null);
  const mean = known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
  const shown = index === undefined ? values.findLast((value) => value !== null) : values[index];
  return (
    <tr className="border-t">
      <th scope="row" className="px-1.5 py-0.5 text-left font-normal">
        <svg aria-hidden width="18" height="8" className="mr-1.5 inline-block">
          <line
            x1="0"
            y1="4"
            x2="18"
            y2="4"
            stroke={color}
            strokeWidth="2"
            strokeDasharray={isDashed ? '5 3' : undefined}
          />
        </svg>
        <span className="font-mono">{label}</span>
      </th>
      <td className="px-1.5">{director}</td>
      <td className="tabular px-1.5">{print(shown)}</td>
      <td className="tabular px-1.5">{print(mean)}</td>
      <td className="tabular px-1.5">{print(known.length === 0 ? null : Math.max(...known))}</td>
    </tr>
  );
}

function linesOf({ directors }: PairHistory, rows: readonly GraphRow[], metric: string): NamedLine[] {
  return directors.flatMap(({ director, series }, which) =>
    rows.flatMap(({ key, label }, at) => {
      const values = series.find((each) => each.key === key)?.values as Record<string, (number | null)[]> | undefined;
      const color = COLOURS[at % COLOURS.length] ?? '#4f74e3';
      return values?.[metric]
        ? [{ id: `${director} ${key}`, label, director, color, isDashed: which > 0, values: values[metric] }]
        : [];
    }),
  );
}
