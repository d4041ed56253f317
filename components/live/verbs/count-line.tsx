// Counts over time as one small line; a gap where nothing was read.
import type { CountAt } from '@/components/data/verb-queries';

const WIDTH = 160;
const HEIGHT = 24;

export function CountLine({ points, label }: { points: readonly CountAt[]; label: string }) {
  const known = points.filter((point): point is { at: number; count: number } => point.count !== undefined);
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last || known.length < 2) return null;
  const most = Math.max(1, ...known.map(({ count }) => count));
  const span = Math.max(1, last.at - first.at);
  const x = (at: number) => ((at - first.at) / span) * WIDTH;
  const y = (count: number) => HEIGHT - 1 - (count / most) * (HEIGHT - 2);
  return (
    <svg role="img" aria-label={label} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} className="h-6 w-40 text-drain">
      <title>{`${label}: at most ${most}`}</title>
      {pieces(points).map((piece) => (
        <polyline
          key={piece[0]?.at}
          points={piece.map(({ at, count }) => `${x(at).toFixed(1)},${y(count).toFixed(1)}`).join(' ')}
          fill="none"
          stroke="currentColor"
          strokeWidth={1.5}
        />
      ))}
    </svg>
  );
}

function pieces(points: readonly CountAt[]): { at: number; count: number }[][] {
  const all: { at: number; count: number }[][] = [[]];
  for (const { at, count } of points) {
    if (count === undefined) all.push([]);
    else all.at(-1)?.push({ at, count });
  }
  return all.filter((piece) => piece.length > 1);
}
