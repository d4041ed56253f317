'use client';
// One graph over time, drawn by uPlot: lines of one metric, marks for deploys and failovers, a stretch to choose by dragging.
import 'uplot/dist/uPlot.min.css';
import { useEffect, useRef } from 'react';
import { useTheme } from 'next-themes';
import uPlot from 'uplot';
import type { HistoryMark } from '@/lib/core/views/history';

export type PlotLine = { id: string; color: string; isDashed: boolean; values: (number | null)[] };
type PlotProps = {
  label: string;
  times: number[];
  lines: PlotLine[];
  marks: HistoryMark[];
  /** Seconds since 1970. */
  onZoom: (from: number, to: number) => void;
  /** The step under the pointer. */
  onCursor: (index: number | undefined) => void;
};

const HEIGHT = 220;
const SHORTEST_ZOOM_SECONDS = 10;
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });

export function HistoryPlot({ label, times, lines, marks, onZoom, onCursor }: PlotProps) {
  const place = useRef<HTMLDivElement>(null);
  const handlers = useRef({ onZoom, onCursor });
  const { resolvedTheme } = useTheme();
  const shape = lines.map(({ id, color, isDashed }) => `${id} ${color} ${isDashed}`).join('|');
  const latest = useRef({ times, lines, marks });
  const plot = useRef<uPlot>(undefined);

  useEffect(() => {
    handlers.current = { onZoom, onCursor };
  });
  // New numbers are put into the plot that is there; other lines or other colours need another plot.
  useEffect(() => {
    latest.current = { times, lines, marks };
    plot.current?.setData([times, ...lines.map(({ values }) => values)]);
  }, [times, lines, marks]);
  useEffect(() => {
    const element = place.current;
    if (!element) return;
    const made = new uPlot(optionsOf(element, latest.current.lines, latest, handlers), dataOf(latest.current), element);
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    watch.observe(element);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, resolvedTheme]);
  return (
    <div ref={place} role="img" aria-label={label} className="min-w-0 overflow-hidden" style={{ height: HEIGHT }} />
  );
}

type Latest = { current: { times: number[]; lines: PlotLine[]; marks: HistoryMark[] } };
type Handlers = { current: Pick<PlotProps, 'onZoom' | 'onCursor'> };

const DATE_BELOW = '\n{YYYY}-{MM}-{DD}';
/** By the distance of two ticks in seconds: the text of a tick, then what is added where the year, month, day, hour, minute, second turns (uPlot docs, axis values). */
const TIME_AXIS: uPlot.Axis.Values = [
  [86_400, '{YYYY}-{MM}-{DD}', null, null, null, null, null, null, 1],
  [60, '{HH}:{mm}', DATE_BELOW, null, DATE_BELOW, null, null, null, 1],
  [1, '{HH}:{mm}:{ss}', DATE_BELOW, null, DATE_BELOW, null, null, null, 1],
];

const dataOf = ({ times, lines }: Latest['current']): uPlot.AlignedData => [
  times,
  ...lines.map(({ values }) => values),
];

function optionsOf(element: HTMLElement, lines: PlotLine[], latest: Latest, handlers: Handlers): uPlot.Options {
  const colours = getComputedStyle(document.documentElement);
  const colour = (name: string) => colours.getPropertyValue(name).trim();
  const axis = {
    stroke: colour('--muted-foreground'),
    grid: { stroke: colour('--border'), width: 1 },
    ticks: { show: false },
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    scales: { y: { range: (_plot, _low, high) => [0, Math.max(1, (high ?? 0) * 1.1)] } },
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'UTC'),
    axes: [
      { ...axis, values: TIME_AXIS },
      { ...axis, size: 56, values: (_plot, values) => values.map((value) => compact.format(value)) },
    ],
    series: [
      {},
      ...lines.map(({ id, color, isDashed }) => ({
        ...{ label: id, stroke: color, width: 1.5, points: { show: false } },
        ...(isDashed && { dash: [5, 4] }),
      })),
    ],
    cursor: { drag: { x: true, y: false, setScale: false } },
    hooks: {
      setSelect: [
        (plot) => {
          const from = plot.posToVal(plot.select.left, 'x');
          const to = plot.posToVal(plot.select.left + plot.select.width, 'x');
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          if (to - from >= SHORTEST_ZOOM_SECONDS) handlers.current.onZoom(from, to);
        },
      ],
      setCursor: [(plot) => handlers.current.onCursor(plot.cursor.idx ?? undefined)],
      draw: [
        (plot) => drawMarks(plot, latest.current.marks, { deploy: colour('--primary'), failover: colour('--down') }),
      ],
    },
  };
}

/** Upright lines; a failover is dashed, so that colour is not all that tells the two apart. */
function drawMarks(plot: uPlot, marks: HistoryMark[], colours: Record<HistoryMark['kind'], string>): void {
  const { ctx, bbox } = plot;
  ctx.save();
  for (const { at, kind } of marks) {
    const x = Math.round(plot.valToPos(at, 'x', true));
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.strokeStyle = colours[kind];
    ctx.lineWidth = devicePixelRatio;
    ctx.setLineDash(kind === 'failover' ? [4 * devicePixelRatio, 3 * devicePixelRatio] : []);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
