'use client';
// Above data that could not be read again: how old it is, and why.
import { RotateCw } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { printDuration } from '@/components/ui/time';
import { useNow } from '@/components/ui/use-now';
import { describeProblem } from './problem';

type NotFreshProps = { since: number; error: unknown; onRetry: () => void };

export function NotFreshNotice({ since, error, onRetry }: NotFreshProps) {
  const age = printDuration(useNow() - since);
  return (
    <Notice
      tone="warn"
      title={`Not fresh since ${age}.`}
      actions={
        <Button size="small" onClick={onRetry}>
          <RotateCw /> Try again
        </Button>
      }
    >
      {error ? describeProblem(error).why : 'Nothing newer has come from the console.'} What is below is as it was then.
    </Notice>
  );
}
