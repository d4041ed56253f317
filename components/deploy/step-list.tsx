'use client';
// Steps as a time line: what, how long, one sentence, and the tool's own words to open.
import { Circle, CircleCheck, CircleHelp, CircleMinus, CircleX, LoaderCircle, type LucideIcon } from 'lucide-react';
import type { DeployStep } from '@/lib/core/views/deploy';
import { cn } from '@/components/ui/class-names';
import { printClock, printDuration, printExact } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';

const looks: Record<DeployStep['state'], { Icon: LucideIcon; ink: string }> = {
  running: { Icon: LoaderCircle, ink: 'text-drain animate-spin' },
  done: { Icon: CircleCheck, ink: 'text-up' },
  failed: { Icon: CircleX, ink: 'text-down' },
  unknown: { Icon: CircleHelp, ink: 'text-warn' },
  skipped: { Icon: CircleMinus, ink: 'text-muted-foreground' },
};

/** Under a second in milliseconds: steps are short. */
function printElapsed(step: DeployStep, now: number): string {
  const ms = (step.endedAt ? Date.parse(step.endedAt) : now) - Date.parse(step.startedAt);
  return ms < 1000 && step.endedAt
    ? `${Math.max(0, ms)} ms`
    : ms < 10_000 && step.endedAt
      ? `${(ms / 1000).toFixed(1)} s`
      : printDuration(ms);
}

/** `asOf`: nothing newer is known than of that time, so that no step goes on. */
type StepListProps = { steps: readonly DeployStep[]; label?: string; asOf?: number | undefined };

export function StepList({ steps, label = 'Steps', asOf }: StepListProps) {
  if (steps.length === 0)
    return (
      <p className="flex items-center gap-1.5 text-muted-foreground">
        <Circle aria-hidden className="size-3.5" /> No step yet.
      </p>
    );
  return (
    <ol aria-label={label} className="flex flex-col">
      {steps.map((step) => (
        <StepItem key={step.sequence} step={step} asOf={asOf} />
      ))}
    </ol>
  );
}

function StepItem({ step, asOf }: { step: DeployStep; asOf: number | undefined }) {
  const ticking = useNow();
  const now = asOf ?? ticking;
  const { Icon, ink } = looks[step.state];
  return (
    <li className="flex gap-2 py-1">
      <Icon aria-label={step.state} className={cn('mt-0.5 size-3.5 shrink-0', ink)} />
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-medium">
            {step.name.replace('-', ' ')}
            {step.state === 'failed' && <span className="text-down"> failed</span>}
            {step.state === 'unknown' && <span className="text-warn"> outcome unknown</span>}
          </span>
          <span
            className="text-xs text-muted-foreground tabular-nums"
            title={`${printExact(step.startedAt)} (the console's clock)`}
          >
            {printClock(step.startedAt)}, {printElapsed(step, now)}
          </span>
        </div>
        <p className="[overflow-wrap:anywhere]">{step.message}</p>
        {step.output !== '' && (
          <details open={step.state === 'failed'}>
            <summary className="text-xs text-muted-foreground">Output of the tools</summary>
            <pre className="mt-1 max-h-72 overflow-auto rounded border bg-shell px-2 py-1 text-xs">{step.output}</pre>
          </details>
        )}
      </div>
    </li>
  );
}
