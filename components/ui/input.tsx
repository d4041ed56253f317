// Text inputs and the native select: native, so that phones and screen readers know them.
import type { ComponentProps } from 'react';
import { cn } from './class-names';

const box =
  'w-full min-w-0 rounded border border-input/70 bg-background px-2 text-sm aria-invalid:border-down disabled:bg-muted disabled:opacity-80 read-only:bg-muted/60';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input autoComplete="off" spellCheck={false} className={cn(box, 'h-7.5', className)} {...props} />;
}

export function Textarea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea spellCheck={false} className={cn(box, 'py-1.5', className)} {...props} />;
}

export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={cn(box, 'h-7.5 pr-1', className)} {...props} />;
}
