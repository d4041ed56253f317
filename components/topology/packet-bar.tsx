'use client';
// Type a packet: which pool gets it, with which odds, and why, step by step.
import { useId } from 'react';
import { CircleAlert, CornerDownRight, Search, X } from 'lucide-react';
import type { Trace } from '@/lib/core/trace';
import { Button } from '@/components/ui/button';
import { cn } from '@/components/ui/class-names';
import { Input } from '@/components/ui/input';
import { usePacketTrace } from './use-packet-trace';

export function PacketBar() {
  const id = useId();
  const { text, setText, trace, problem } = usePacketTrace();
  return (
    <div className="flex flex-col gap-2 border-b px-3 py-2">
      <div className="flex items-center gap-2">
        <label htmlFor={id} className="flex shrink-0 items-center gap-1 font-medium">
          <Search aria-hidden className="size-3.5" /> Packet
        </label>
        <Input
          id={id}
          value={text}
          onChange={(event) => setText(event.target.value)}
          placeholder="tcp 203.0.113.9 -> 192.168.0.17:443"
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-answer`}
          className="font-mono text-xs"
        />
        {text !== '' && (
          <Button size="icon" variant="ghost" aria-label="Clear the packet" onClick={() => setText('')}>
            <X />
          </Button>
        )}
      </div>
      <div id={`${id}-answer`} aria-live="polite">
        {problem && (
          <p className="flex items-start gap-1 text-xs text-down">
            <CircleAlert aria-hidden className="mt-0.5 size-3 shrink-0" /> {problem}
          </p>
        )}
        {trace && <TraceAnswer trace={trace} />}
      </div>
    </div>
  );
}

function verdictOf({ mark, group, pool, delivered }: Trace): string {
  if (pool !== null) return `Mark ${mark}, group ${group}: pool ${pool} gets it.`;
  if (group !== null) return `Mark ${mark}, group ${group}: no pool gets it.`;
  return {
    local: 'No mark: the director itself answers.',
    unreachable: 'No mark: answered unreachable.',
    forwarded: 'No mark: forwarded.',
  }[delivered];
}

function TraceAnswer({ trace }: { trace: Trace }) {
  return (
    <div className="flex flex-col gap-1" data-testid="trace">
      <p className="font-medium">{verdictOf(trace)}</p>
      {trace.realServers.length > 0 && (
        <ul aria-label="Odds" className="flex flex-wrap gap-x-3 font-mono text-xs">
          {trace.realServers.map(({ address, share }) => (
            <li key={address}>
              {address} <span className="tabular-nums">{Math.round(share * 1000) / 10} %</span>
            </li>
          ))}
        </ul>
      )}
      <ol aria-label="The way of the packet" className="max-h-40 overflow-y-auto text-xs">
        {trace.steps.map(({ stage, text, isProblem }, at) => (
          <li key={`${at} ${text}`} className={cn('flex items-start gap-1', isProblem && 'text-down')}>
            <CornerDownRight aria-hidden className="mt-0.5 size-3 shrink-0 text-muted-foreground" />
            <span>
              <span className="text-muted-foreground">{stage}: </span>
              {text}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
