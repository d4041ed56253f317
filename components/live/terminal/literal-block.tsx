'use client';
// One literal output: what changed since the last reading is marked for some seconds, line by line.
import { useEffect, useState } from 'react';
import { cn } from '@/components/ui/class-names';
import { changedLines, linesOf, MOST_LINES } from './literal-lines';

/** Long enough to be seen by somebody who looked elsewhere, shorter than the third reading after it. */
const MARK_MS = 4_000;

export function LiteralBlock({ text, label }: { text: string; label: string }) {
  const { lines, marked } = useMarkedLines(text);
  const shown = lines.slice(0, MOST_LINES);
  return (
    <div className="flex flex-col gap-1">
      <pre
        tabIndex={0}
        aria-label={label}
        className="max-h-[32rem] overflow-auto rounded border bg-shell px-3 py-2 text-xs leading-[1.45]"
      >
        {shown.map((line, at) => (
          <span
            key={at}
            data-changed={marked.has(at) || undefined}
            className={cn(
              'block min-w-max border-l-2 border-transparent pl-1 transition-colors duration-1000',
              marked.has(at) && 'border-warn bg-warn-soft duration-0',
            )}
          >
            {line || ' '}
          </span>
        ))}
      </pre>
      {lines.length > shown.length && (
        <p className="text-xs text-muted-foreground">
          The first {MOST_LINES.toLocaleString('en-US')} of {lines.length.toLocaleString('en-US')} lines; Copy takes
          all.
        </p>
      )}
    </div>
  );
}

type Seen = { text: string; lines: string[]; marked: ReadonlySet<number> };

/** What stands there first is not new: only what a later reading brings is marked. */
function useMarkedLines(text: string): Seen {
  const [seen, setSeen] = useState<Seen>(() => ({ text, lines: linesOf(text), marked: new Set() }));
  let current = seen;
  if (seen.text !== text) {
    const lines = linesOf(text);
    current = { text, lines, marked: changedLines(seen.lines, lines) };
    setSeen(current);
  }
  useEffect(() => {
    if (seen.marked.size === 0) return;
    const timer = setTimeout(() => setSeen((now) => ({ ...now, marked: new Set() })), MARK_MS);
    return () => clearTimeout(timer);
  }, [seen.text, seen.marked]);
  return current;
}
