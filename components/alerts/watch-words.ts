// What may be said of alerts that are not there: "nothing is wrong" needs somebody who looks, and a list that is fresh.
import type { AlertList } from '@/lib/core/views/alert';

type Seen = { watch: AlertList['watch']; isFresh: boolean; isFiltered: boolean };

export function titleOfNone({ watch, isFresh, isFiltered }: Seen): string {
  if (isFiltered) return 'No open alert matches';
  if (!isFresh) return 'No alert was open when this was read';
  return watch.isWatched ? 'Nothing is wrong' : 'No alert is open, and nobody is looking';
}
