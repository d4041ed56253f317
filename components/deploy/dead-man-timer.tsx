'use client';
// The dead-man timer of one director, counting down: what happens when nobody confirms.
import { Timer } from 'lucide-react';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';

export function DeadManTimer({ director, firesAt }: { director: string; firesAt: string }) {
  const left = Date.parse(firesAt) - useNow();
  return (
    <p
      role="timer"
      aria-label={`Dead-man timer of ${director}`}
      className="flex items-center gap-1.5 rounded border border-warn/40 bg-warn-soft px-2 py-1 text-warn"
    >
      <Timer aria-hidden className="size-4 shrink-0" />
      {left > 0 ? (
        <span>
          Rolls itself back in <strong className="tabular-nums">{printDuration(left)}</strong> unless confirmed, even
          without the console.
        </span>
      ) : (
        <span>The timer has fired: the director put the confirmed release back by itself.</span>
      )}
    </p>
  );
}
