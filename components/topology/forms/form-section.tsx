'use client';
// A headed part of a form with the problems that are of the part as a whole.
import type { ReactNode } from 'react';
import { printPath, type DiagnosticPath } from '@/lib/core/diagnostic';
import { ProblemLines } from '@/components/ui/field';
import { useProblemsAt } from './document-fields';

type FormSectionProps = {
  title: string;
  path: DiagnosticPath;
  help?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
};

export function FormSection({ title, path, help, aside, children }: FormSectionProps) {
  const problems = useProblemsAt(path, true);
  return (
    <fieldset className="flex min-w-0 flex-col gap-2 border-t pt-3" data-path={printPath(path)} tabIndex={-1}>
      <legend className="sr-only">{title}</legend>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="font-semibold">{title}</h3>
        {aside}
      </div>
      {help && <p className="text-xs text-muted-foreground">{help}</p>}
      <ProblemLines problems={problems} />
      {children}
    </fieldset>
  );
}
