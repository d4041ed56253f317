// A labelled form field: label, control, one sentence of help with the default, and what is wrong with it.
import { useId, type ReactNode } from 'react';
import { CircleAlert, TriangleAlert } from 'lucide-react';
import { cn } from './class-names';

export type FieldProblem = { severity: 'error' | 'warning' | 'info'; message: string; hint?: string | undefined };
export type ControlProps = { id: string; 'aria-describedby': string; 'aria-invalid': boolean };

type FieldProps = {
  label: string;
  help?: ReactNode;
  /** What it is when left out, as a person would write it. */
  defaultValue?: string | undefined;
  problems?: readonly FieldProblem[];
  className?: string;
  /** Beside the control, e.g. a button that fills it. */
  action?: ReactNode;
  children: (control: ControlProps) => ReactNode;
};

export function Field({ label, help, defaultValue, problems = [], className, action, children }: FieldProps) {
  const id = useId();
  const describedBy = `${id}-help`;
  const isInvalid = problems.some((p) => p.severity === 'error');
  return (
    <div className={cn('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      <div className={cn('min-w-0', action && 'flex gap-1.5')}>
        {children({ id, 'aria-describedby': describedBy, 'aria-invalid': isInvalid })}
        {action}
      </div>
      <div id={describedBy} className="flex flex-col gap-1">
        <ProblemLines problems={problems} />
        {(help ?? defaultValue) && (
          <p className="text-xs [overflow-wrap:anywhere] text-muted-foreground">
            {help} {defaultValue !== undefined && <span>Default: {defaultValue}.</span>}
          </p>
        )}
      </div>
    </div>
  );
}

export function ProblemLines({ problems }: { problems: readonly FieldProblem[] }) {
  return problems.map((problem) => (
    <p
      key={problem.message}
      role={problem.severity === 'error' ? 'alert' : undefined}
      className={cn('flex gap-1 text-xs', problem.severity === 'error' ? 'text-down' : 'text-warn')}
    >
      {problem.severity === 'error' ? (
        <CircleAlert aria-label="Error" className="mt-0.5 size-3 shrink-0" />
      ) : (
        <TriangleAlert aria-label="Warning" className="mt-0.5 size-3 shrink-0" />
      )}
      <span>
        {problem.message} {problem.hint}
      </span>
    </p>
  ));
}
