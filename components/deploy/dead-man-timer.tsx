'use client';
// The dead-man timer of one director, counting down: what happens when nobody confirms.
import { Timer } from 'lucide-react';
import { useNow } from '@/components/ui/use-now';
import { timerWords } from './timer-words';

export function DeadManTimer({ director, firesAt }: { director: string; firesAt: string }) {
  const left = Date.parse(firesAt) - useNow();
  return (
    <p
      role="timer"
      aria-label={`Dead-man timer of ${director}`}
      className="flex items-center gap-1.5 rounded border border-warn/40 bg-warn-soft px-2 py-1 text-warn"
    >
      <Timer aria-hidden className="size-4 shrink-0" />
      <span className="tabular-nums">{timerWords(left)}</span>
    </p>
  );
}
