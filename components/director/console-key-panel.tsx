'use client';
// The console's public key, to be pasted into authorized_keys of each director.
import { useConsoleKey } from '@/components/data/director-queries';
import { Failure } from '@/components/data/failure';
import { CodeBlock } from '@/components/ui/code-block';
import { CopyButton } from '@/components/ui/copy-button';
import { Panel } from '@/components/ui/page';
import { Skeleton } from '@/components/ui/skeleton';

export function ConsoleKeyPanel() {
  const { data, isError, error, refetch } = useConsoleKey();
  return (
    <Panel title="The console's public key" actions={data && <CopyButton text={data.authorizedKey} label="Copy key" />}>
      <p className="text-muted-foreground">
        The install command under Privileges authorizes it, bound to the guard. Pasted as it stands into
        ~/.ssh/authorized_keys of the management user it may do whatever that user may. The private half never leaves
        the worker.
      </p>
      {isError && <Failure error={error} what="The key could not be read" onRetry={() => void refetch()} />}
      {data ? (
        <CodeBlock
          label="Line for authorized_keys"
          text={data.authorizedKey}
          className="whitespace-pre-wrap [overflow-wrap:anywhere]"
        />
      ) : (
        !isError && <Skeleton className="h-12" />
      )}
    </Panel>
  );
}
