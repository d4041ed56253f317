// What is wrong with typed rules, by the place of the form that shows it: whatever is refused is told somewhere.
import type { FieldErrors } from 'react-hook-form';
import type { z } from 'zod';
import type { deployPolicySchema } from '@/lib/core/deploy-policy';
import { problemsOf } from '@/components/settings/form-problems';
import type { FieldProblem } from '@/components/ui/field';

export type PolicyErrors = FieldErrors<z.input<typeof deployPolicySchema>>;
type PolicyProblems = Record<'approvalMinutes' | 'freezeReason' | 'windows', FieldProblem[]> & {
  ofWindow: (at: number) => FieldProblem[];
};

export function policyProblems({ approvalMinutes, freezeReason, windows }: PolicyErrors): PolicyProblems {
  return {
    approvalMinutes: problemsOf(approvalMinutes?.message),
    freezeReason: problemsOf(freezeReason?.message),
    windows: problemsOf(windows?.root?.message ?? windows?.message),
    ofWindow: (at) => {
      const { days, from, to } = windows?.[at] ?? {};
      // Both times can be wrong in the same way.
      const messages = new Set([days?.message, from?.message, to?.message]);
      return [...messages].flatMap(problemsOf);
    },
  };
}
