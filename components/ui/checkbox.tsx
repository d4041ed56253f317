// A checkbox with its label and its help in one line of sight.
import { useId } from 'react';
import { cn } from './class-names';

type CheckboxProps = {
  label: string;
  help?: string | undefined;
  checked: boolean;
  disabled?: boolean | undefined;
  className?: string;
  onCheckedChange: (checked: boolean) => void;
};

export function Checkbox({ label, help, checked, disabled, className, onCheckedChange }: CheckboxProps) {
  const id = useId();
  return (
    <div className={cn('flex gap-2', className)}>
      <input
        id={id}
        type="checkbox"
        checked={checked}
        disabled={disabled}
        aria-describedby={help ? `${id}-help` : undefined}
        onChange={(event) => onCheckedChange(event.target.checked)}
        className="mt-0.5 size-4 shrink-0 accent-primary"
      />
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {help && (
          <p id={`${id}-help`} className="text-xs text-muted-foreground">
            {help}
          </p>
        )}
      </div>
    </div>
  );
}
