// A message of the form library as the problem of a field.
import type { FieldProblem } from '@/components/ui/field';

export function problemsOf(message: string | undefined): FieldProblem[] {
  return message === undefined ? [] : [{ severity: 'error', message }];
}
