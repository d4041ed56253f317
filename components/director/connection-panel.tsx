'use client';
// Tests the connection step by step, and installs or repairs the guard with the script in sight.
import { CircleCheck, CircleX } from 'lucide-react';
import type { ConnectionTest, DirectorView } from '@/lib/core/views/director';
import { useConsoleKey, useTestDirector } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';
import { useCanEdit, useIsAdmin } from '@/components/data/session';
import { Button } from '@/components/ui/button';
import { CodeBlock } from '@/components/ui/code-block';
import { Panel } from '@/components/ui/page';

export function ConnectionPanel({ director }: { director: DirectorView }) {
  const canEdit = useCanEdit();
  const isAdmin = useIsAdmin();
  const test = useTestDirector(director.id);
  const isTrusted = director.trust === 'trusted';
  return (
    <Panel title="Connection and guard">
      <p className="text-muted-foreground">
        The guard is a small shell program on the director: it stages, checks, switches and rolls back, even when the
        console is gone.{' '}
        {director.guardVersion ? `Version ${director.guardVersion} is installed.` : 'It is not installed.'}
      </p>
      {canEdit && (
        <div className="flex flex-wrap items-center gap-2">
          <Button disabled={!isTrusted || test.isPending} onClick={() => test.mutate(false)}>
            Test connection
          </Button>
          {isAdmin && (
            <Button disabled={!isTrusted || test.isPending} onClick={() => test.mutate(true)}>
              {director.guardVersion ? 'Repair the guard' : 'Install the guard'}
            </Button>
          )}
          {!isTrusted && <span className="text-muted-foreground">Accept the host key first.</span>}
          {test.isPending && <span role="status">Connecting to {director.address}</span>}
        </div>
      )}
      {test.isError && <Failure error={test.error} what="The test did not run" />}
      {test.data && <TestSteps test={test.data} />}
      <InstallScript />
    </Panel>
  );
}

function TestSteps({ test }: { test: ConnectionTest }) {
  return (
    <ol aria-label="Connection test" className="flex flex-col gap-1">
      {test.steps.map((step) => (
        <li key={step.name} className="flex gap-2">
          {step.ok ? (
            <CircleCheck aria-label="done" className="mt-0.5 size-3.5 shrink-0 text-up" />
          ) : (
            <CircleX aria-label="failed" className="mt-0.5 size-3.5 shrink-0 text-down" />
          )}
          <span className="[overflow-wrap:anywhere]">
            <span className="font-medium">{step.name}</span>: {step.message}
          </span>
        </li>
      ))}
    </ol>
  );
}

function InstallScript() {
  const { data } = useConsoleKey();
  if (!data) return null;
  return (
    <details>
      <summary>The script that installs the guard</summary>
      <CodeBlock label="Install script of the guard" text={data.installScript} className="mt-2 max-h-96" />
    </details>
  );
}
