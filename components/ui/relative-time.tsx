'use client';
// A relative time with the exact one on hover.
import { printAgo, printExact } from './time';
import { useNow } from './use-now';

export function RelativeTime({ at, clock = "the console's clock" }: { at: string; clock?: string }) {
  const now = useNow();
  return (
    <time dateTime={at} title={`${printExact(at)} (${clock})`} className="whitespace-nowrap" suppressHydrationWarning>
      {printAgo(at, now)}
    </time>
  );
}
