// What a dead-man timer does, and what may be said of it when its time is over.
import { printDuration } from '@/components/ui/time';

/** A confirmation may have reached the director without anybody here knowing, so its end is told only by reading the director. */
export function timerWords(leftMs: number): string {
  if (leftMs > 0) return `Rolls itself back in ${printDuration(leftMs)} unless confirmed, even without the console.`;
  return 'Its time is over: unless a confirmation reached the director, it has put the old release back by itself. Which of the two has not been read yet.';
}
