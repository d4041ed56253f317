'use client';
// A relative time with the exact one on hover.
import { toConsoleTime } from './console-clock';
import { printAgo, printExact } from './time';
import { useNow } from './use-now';

/** `isOfBrowser`: it was stamped here, by a clock that may differ from the console's. */
export function RelativeTime({ at, isOfBrowser = false }: { at: string; isOfBrowser?: boolean }) {
  const now = useNow();
  const clock = isOfBrowser ? "this browser's clock" : "the console's clock";
  const told = isOfBrowser ? new Date(toConsoleTime(Date.parse(at))).toISOString() : at;
  return (
    <time dateTime={at} title={`${printExact(at)} (${clock})`} className="whitespace-nowrap" suppressHydrationWarning>
      {printAgo(told, now)}
    </time>
  );
}
