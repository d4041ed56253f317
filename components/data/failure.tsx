'use client';
// A failed request on the page: what, why, next step, the words of the tool to open, and a way to try again.
import { RotateCw } from 'lucide-react';
import { printPath } from '@/lib/core/diagnostic';
import { Button } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { describeProblem } from './problem';

type FailureProps = { error: unknown; what: string; onRetry?: () => void };

export function Failure({ error, what, onRetry }: FailureProps) {
  const { why, next, code, diagnostics, detail } = describeProblem(error);
  return (
    <Notice
      tone="down"
      title={`${what}.`}
      actions={
        onRetry && (
          <Button size="small" onClick={onRetry}>
            <RotateCw /> Try again
          </Button>
        )
      }
    >
      <p>
        {why} {next} <span className="font-mono text-xs text-muted-foreground">{code}</span>
      </p>
      {diagnostics.length > 0 && (
        <ul className="mt-1 list-disc pl-5">
          {diagnostics.map((diagnostic, index) => (
            <li key={index}>
              {diagnostic.line !== undefined && `Line ${diagnostic.line}: `}
              {diagnostic.path.length > 0 && <span className="font-mono text-xs">{printPath(diagnostic.path)} </span>}
              {diagnostic.message} {diagnostic.hint}
            </li>
          ))}
        </ul>
      )}
      {detail && (
        <details className="mt-1">
          <summary className="text-xs">Technical text</summary>
          <pre className="mt-1 overflow-auto text-xs whitespace-pre-wrap">{detail}</pre>
        </details>
      )}
    </Notice>
  );
}
