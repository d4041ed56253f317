// Since when a page shows what could not be read again.
import { toConsoleTime } from '@/components/ui/console-clock';

/** Of a query; `dataUpdatedAt` is of this browser's clock. */
type Reading = { isError: boolean; dataUpdatedAt: number };

/** By the console's clock, as `now`; undefined while it is fresh. `withinMs`: something newer should have come by then, whatever the query says of itself. */
export function notFreshSince({ isError, dataUpdatedAt }: Reading, now: number, withinMs: number): number | undefined {
  const readAt = toConsoleTime(dataUpdatedAt);
  return isError || now - readAt > withinMs ? readAt : undefined;
}
